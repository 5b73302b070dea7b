import { For, type JSX, Show } from 'solid-js';
import { formatDuration } from '../time/duration';
import { FullTime } from '../ui/time-ago';
import type { RunDetail } from './run-page';

/** The run's settings and instants. */
export function RunFacts(props: { run: RunDetail }) {
  return (
    <dl
      aria-label="About this run"
      class="grid content-start gap-x-4 gap-y-3 text-[0.8125rem] max-lg:grid-cols-2 max-sm:grid-cols-1"
    >
      <Fact label="Queue and priority">
        {props.run.queue} · {props.run.priority}
      </Fact>
      <Fact label="Created">
        <FullTime at={props.run.createdAt} />
        <Show when={props.run.createdBy}> by {props.run.createdBy}</Show>
      </Fact>
      <Show when={props.run.startedAt}>
        <Fact label="Started">
          <FullTime at={props.run.startedAt} />
          <Show when={props.run.waitMs !== null}> after {formatDuration(props.run.waitMs)}</Show>
        </Fact>
      </Show>
      <Show when={props.run.finishedAt}>
        <Fact label="Ended">
          <FullTime at={props.run.finishedAt} />
        </Fact>
      </Show>
      <Show when={props.run.expiresAt}>
        <Fact label="Expires">
          <FullTime at={props.run.expiresAt} />
        </Fact>
      </Show>
      <Show when={props.run.workerId}>
        <Fact label="Worker">{props.run.workerId}</Fact>
      </Show>
      <Fact label="Job revision">{props.run.jobRevision}</Fact>
      <Show when={props.run.idempotencyKey}>
        <Fact label="Idempotency key">
          <span class="font-mono text-xs break-all">{props.run.idempotencyKey}</span>
        </Fact>
      </Show>
      <Show when={props.run.cancelReason}>
        <Fact label="Cancelled because">{props.run.cancelReason}</Fact>
      </Show>
      <Show when={props.run.tags.length > 0}>
        <Fact label="Tags">
          <span class="flex flex-wrap gap-1">
            <For each={props.run.tags}>{(tag) => <span class="chip tone-off tone-chip">{tag}</span>}</For>
          </span>
        </Fact>
      </Show>
    </dl>
  );
}

function Fact(props: { label: string; children: JSX.Element }) {
  return (
    <div class="min-w-0">
      <dt class="text-xs text-ink-faint">{props.label}</dt>
      <dd class="break-words">{props.children}</dd>
    </div>
  );
}
