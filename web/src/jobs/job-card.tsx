import { A } from '@solidjs/router';
import Play from 'lucide-solid/icons/play';
import { createMemo, createSignal, type JSX, Show } from 'solid-js';
import { Dynamic } from 'solid-js/web';
import type { JobCardPartsFragment } from '../generated/graphql';
import { ActionButton } from '../ui/action-button';
import { kindLooks } from '../ui/kind-look';
import { SparkBar } from '../ui/spark-bar';
import { StatusBadge } from '../ui/status-badge';
import { TimeAgo } from '../ui/time-ago';
import { formatRate } from './success-rate';

/** One job at a glance. */
export function JobCard(props: { job: JobCardPartsFragment; onRun: () => Promise<void> }) {
  const [busy, setBusy] = createSignal(false);
  const kind = () => kindLooks[props.job.kind];
  const outcomes = createMemo(() =>
    [...props.job.outcomes].sort((a, b) => Date.parse(a.finishedAt) - Date.parse(b.finishedAt)),
  );

  async function run() {
    setBusy(true);
    await props.onRun();
    setBusy(false);
  }

  return (
    <article class="card relative flex h-full flex-col transition-shadow hover:shadow-lift">
      <div class="flex items-start gap-3 p-4 pb-0">
        <span
          class="grid size-10 shrink-0 place-items-center rounded-xl bg-accent-soft text-accent-ink"
          title={kind().label}
        >
          <Dynamic component={kind().icon} class="size-5" aria-hidden="true" />
        </span>
        <div class="min-w-0 grow">
          <div class="flex items-center gap-3">
            <h2 class="min-w-0 grow truncate">
              <A
                class="after:absolute after:inset-0 after:rounded-xl"
                href={`/jobs/${encodeURIComponent(props.job.name)}`}
                title={props.job.title}
              >
                {props.job.title}
              </A>
            </h2>
            <span class="shrink-0">
              <JobState job={props.job} />
            </span>
          </div>
          <p class="truncate text-[0.8125rem] text-ink-faint">
            <Show when={props.job.title !== props.job.name}>
              <span class="font-mono text-xs">{props.job.name}</span> ·{' '}
            </Show>
            {kind().label} · {props.job.queue}
          </p>
        </div>
      </div>
      <p class="line-clamp-2 min-h-5 px-4 pt-2 text-[0.8125rem] text-ink-soft">
        {props.job.description ?? kind().about}
      </p>
      <div class="flex items-end gap-4 px-4 pt-3">
        <div class="relative min-w-0 grow">
          <SparkBar outcomes={outcomes()} />
        </div>
        <div class="w-14 shrink-0 text-right">
          <span class="num block text-base leading-5 font-semibold">{formatRate(props.job.successRate)}</span>
          <span class="text-xs text-ink-faint">success</span>
        </div>
      </div>
      <dl class="grid grid-cols-2 gap-x-4 gap-y-2 px-4 pt-3 pb-4 text-[0.8125rem]">
        <Fact label="Last run">
          <TimeAgo at={props.job.lastRun?.finishedAt ?? props.job.lastRun?.createdAt} fallback="never" />
        </Fact>
        <Fact label="Next run">
          <TimeAgo at={props.job.nextRunAt} fallback="not scheduled" />
        </Fact>
      </dl>
      <div class="mt-auto flex items-center justify-between gap-3 border-t border-line px-4 py-2.5">
        <p class="num min-w-0 truncate text-[0.8125rem] text-ink-faint">
          <span class="font-medium text-ink-soft">{props.job.waiting.toLocaleString()}</span> waiting ·{' '}
          <span class="font-medium text-ink-soft">{props.job.active.toLocaleString()}</span> active
        </p>
        <ActionButton
          small
          class="relative"
          needs="USER"
          busy={busy()}
          blocked={props.job.enabled ? undefined : 'This job is disabled: enable it on its page first.'}
          aria-label={`Run now: ${props.job.title}`}
          onClick={run}
        >
          <Show when={!busy()}>
            <Play class="size-3.5 text-accent-ink" aria-hidden="true" />
          </Show>
          Run now
        </ActionButton>
      </div>
    </article>
  );
}

function JobState(props: { job: JobCardPartsFragment }) {
  return (
    <Show when={props.job.enabled} fallback={<StatusBadge status="DISABLED" />}>
      <Show when={props.job.lastRun} fallback={<StatusBadge status="NEW" />}>
        {(run) => <StatusBadge status={run().status} />}
      </Show>
    </Show>
  );
}

function Fact(props: { label: string; children: JSX.Element }) {
  return (
    <div class="min-w-0">
      <dt class="text-xs text-ink-faint">{props.label}</dt>
      <dd class="truncate text-ink-soft">{props.children}</dd>
    </div>
  );
}

/** The card's geometry without its content. */
export function JobCardSkeleton() {
  return (
    <div class="card p-4">
      <div class="flex gap-3">
        <div class="skeleton size-10 rounded-xl" />
        <div class="grow space-y-2 pt-1">
          <div class="skeleton h-4 w-2/3" />
          <div class="skeleton h-3 w-1/2" />
        </div>
      </div>
      <div class="skeleton mt-4 h-3 w-11/12" />
      <div class="skeleton mt-4 h-8 w-full" />
      <div class="mt-4 grid grid-cols-2 gap-4">
        <div class="skeleton h-9" />
        <div class="skeleton h-9" />
      </div>
      <div class="skeleton mt-5 h-8 w-full" />
    </div>
  );
}
