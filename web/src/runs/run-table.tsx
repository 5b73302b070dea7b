import { A } from '@solidjs/router';
import { createEffect, createSignal, For, on, Show } from 'solid-js';
import type { RunRowPartsFragment } from '../generated/graphql';
import { createClock } from '../time/clock';
import { formatDuration } from '../time/duration';
import { StatusBadge } from '../ui/status-badge';
import { TimeAgo } from '../ui/time-ago';

/**
 * Runs as a table where there is room (by its own width, not the window's), and as compact cards where there is not.
 * Rows far outside the window are not laid out at all (`content-visibility`), so a thousand of them stay cheap.
 */
export function RunTable(props: { runs: readonly RunRowPartsFragment[]; label: string; hideJob?: boolean }) {
  return (
    <div class="@container min-w-0">
      <div role="table" aria-label={props.label}>
        <div role="rowgroup" class="hidden border-b border-line text-xs font-medium text-ink-faint @2xl:block">
          <div role="row" class={gridOf(props.hideJob)}>
            <span role="columnheader">Status</span>
            <span role="columnheader">{props.hideJob ? 'Run' : 'Job'}</span>
            <Show when={!props.hideJob}>
              <span role="columnheader">Queue</span>
            </Show>
            <span role="columnheader">Attempt</span>
            <span role="columnheader">Created</span>
            <span role="columnheader" class="text-right">
              Duration
            </span>
          </div>
        </div>
        <div role="rowgroup" class="divide-y divide-line">
          <For each={props.runs}>{(run) => <RunRow run={run} hideJob={props.hideJob ?? false} />}</For>
        </div>
      </div>
    </div>
  );
}

const rowGrid = 'grid grid-cols-[minmax(0,1fr)_auto] items-center gap-x-4 gap-y-0.5 px-4 py-2.5 @2xl:py-2';
const gridOf = (hideJob = false) =>
  hideJob
    ? `${rowGrid} @2xl:grid-cols-[8.5rem_minmax(0,1fr)_4.5rem_6rem_5rem]`
    : `${rowGrid} @2xl:grid-cols-[8.5rem_minmax(0,1fr)_minmax(5rem,9rem)_4.5rem_6rem_5rem]`;

function RunRow(props: { run: RunRowPartsFragment; hideJob: boolean }) {
  const [flash, setFlash] = createSignal(false);
  createEffect(
    on(
      () => props.run.status,
      () => setFlash(true),
      { defer: true },
    ),
  );
  return (
    <div
      role="row"
      class={`${gridOf(props.hideJob)} relative transition-colors [contain-intrinsic-size:auto_6.5rem] @2xl:[contain-intrinsic-size:auto_3.5rem] [content-visibility:auto] hover:bg-sunken ${flash() ? 'flash' : ''}`}
      onAnimationEnd={() => setFlash(false)}
    >
      <div role="cell" class="min-w-0">
        <StatusBadge status={props.run.status} />
      </div>
      <div role="cell" class="min-w-0 @max-2xl:order-3 @max-2xl:col-span-2">
        <A
          href={`/runs/${props.run.id}`}
          class={`block truncate font-medium after:absolute after:inset-0 ${props.hideJob ? 'font-mono text-[0.8125rem]' : ''}`}
        >
          {props.hideJob ? props.run.id : props.run.job}
        </A>
        <Show
          when={props.run.error}
          fallback={
            <Show when={!props.hideJob}>
              <span class="block truncate font-mono text-xs text-ink-faint">{props.run.id}</span>
            </Show>
          }
        >
          {(error) => (
            <span class="tone-bad tone-text block truncate text-xs" title={error().message}>
              {error().message}
            </span>
          )}
        </Show>
      </div>
      <div
        role="cell"
        class={`min-w-0 truncate text-ink-soft @max-2xl:order-4 @max-2xl:text-[0.8125rem] ${props.hideJob ? '@2xl:hidden' : ''}`}
      >
        {props.run.queue}
        <span class="num @2xl:hidden"> · attempt {attemptOf(props.run)}</span>
      </div>
      <div role="cell" class="num hidden text-ink-soft @2xl:block">
        {attemptOf(props.run)}
      </div>
      <div role="cell" class="text-right text-[0.8125rem] text-ink-soft @max-2xl:order-2 @2xl:text-left @2xl:text-sm">
        <TimeAgo at={props.run.createdAt} />
      </div>
      <div role="cell" class="num text-right text-[0.8125rem] text-ink-soft @max-2xl:order-5 @2xl:text-sm">
        <RunDuration run={props.run} />
      </div>
    </div>
  );
}

const attemptOf = (run: RunRowPartsFragment) => `${Math.max(run.attempt, 0)} / ${run.maxAttempts}`;

/** How long it ran, or has been running. */
export function RunDuration(props: { run: Pick<RunRowPartsFragment, 'status' | 'startedAt' | 'durationMs'> }) {
  const now = createClock(1_000);
  return (
    <>
      {props.run.status === 'RUNNING' && props.run.startedAt
        ? formatDuration(Math.max(0, Math.floor((now() - Date.parse(props.run.startedAt)) / 1_000) * 1_000))
        : formatDuration(props.run.durationMs)}
    </>
  );
}
