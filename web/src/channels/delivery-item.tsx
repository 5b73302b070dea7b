import { A } from '@solidjs/router';
import ChevronDown from 'lucide-solid/icons/chevron-down';
import { For, type JSX, Show } from 'solid-js';
import type { DeliveryPartsFragment } from '../generated/graphql';
import { formatDuration } from '../time/duration';
import { JsonView } from '../ui/json-view';
import { parseJson } from '../ui/parse-json';
import { StatusBadge } from '../ui/status-badge';
import { TimeAgo } from '../ui/time-ago';

/** One delivery in a line; open it for each attempt's request and response. */
export function DeliveryItem(props: { delivery: DeliveryPartsFragment; hideRun?: boolean }) {
  const last = () => props.delivery.attempts.at(-1);
  return (
    <details class="group min-w-0">
      <summary class="grid grid-cols-[1fr_auto] items-center gap-x-4 gap-y-0.5 px-4 py-2.5 hover:bg-sunken list-none sm:grid-cols-[8.5rem_minmax(0,1fr)_auto_7rem]">
        <span>
          <StatusBadge status={props.delivery.status} />
        </span>
        <span class="min-w-0 max-sm:order-3 max-sm:col-span-2">
          <span class="block truncate font-medium">{props.delivery.event}</span>
          <span class="block truncate text-xs text-ink-faint">
            {props.delivery.target}
            <Show when={props.delivery.job}> · {props.delivery.job}</Show>
          </span>
        </span>
        <span class="num text-right text-[0.8125rem] text-ink-soft max-sm:order-4 max-sm:col-span-2 max-sm:text-left">
          <Show when={last()} fallback="not tried yet">
            {(attempt) => (
              <>
                {attempt().status ?? 'no answer'} · {formatDuration(attempt().durationMs)} · try {attempt().number}
              </>
            )}
          </Show>
        </span>
        <span class="flex items-center justify-end gap-2 text-[0.8125rem] text-ink-soft max-sm:order-2">
          <TimeAgo at={props.delivery.createdAt} />
          <ChevronDown class="size-4 text-ink-faint transition-transform group-open:rotate-180" aria-hidden="true" />
        </span>
      </summary>
      <div class="grid gap-4 border-t border-line bg-sunken/60 p-4">
        <Show when={props.delivery.reason}>
          <p class="text-ink-soft">{props.delivery.reason}</p>
        </Show>
        <Show when={!props.hideRun && props.delivery.runId}>
          {(runId) => (
            <A class="link justify-self-start" href={`/runs/${runId()}?tab=deliveries`}>
              Open the run
            </A>
          )}
        </Show>
        <Show when={props.delivery.nextAttemptAt}>
          {(at) => (
            <p class="text-ink-soft">
              Next try <TimeAgo at={at()} />
            </p>
          )}
        </Show>
        <For each={[...props.delivery.attempts].reverse()}>{(attempt) => <AttemptDetail attempt={attempt} />}</For>
      </div>
    </details>
  );
}

function AttemptDetail(props: { attempt: DeliveryPartsFragment['attempts'][number] }) {
  const good = () => props.attempt.status !== null && props.attempt.status < 300;
  return (
    <section class="card min-w-0 p-4" aria-label={`Try ${props.attempt.number}`}>
      <div class="flex flex-wrap items-center gap-x-4 gap-y-1">
        <h3 class="font-semibold">Try {props.attempt.number}</h3>
        <span class={`chip tone-chip ${good() ? 'tone-ok' : 'tone-bad'}`}>{props.attempt.status ?? 'No answer'}</span>
        <span class="num text-[0.8125rem] text-ink-soft">{formatDuration(props.attempt.durationMs)}</span>
        <span class="text-[0.8125rem] text-ink-soft sm:ml-auto">
          <TimeAgo at={props.attempt.at} />
        </span>
      </div>
      <Show when={props.attempt.url}>
        <p class="mt-1 font-mono text-xs break-all text-ink-faint">{props.attempt.url}</p>
      </Show>
      <Show when={props.attempt.error}>
        <p class="tone-bad tone-text mt-2 break-words">{props.attempt.error}</p>
      </Show>
      <div class="mt-3 grid gap-4 lg:grid-cols-2">
        <Part title="Request" headers={props.attempt.requestHeaders} body={props.attempt.requestBody} />
        <Part title="Response" headers={props.attempt.responseHeaders} body={props.attempt.responseBody} />
      </div>
    </section>
  );
}

function Part(props: { title: string; headers: unknown; body: string | null }): JSX.Element {
  const body = () => {
    const parsed = parseJson(props.body ?? '');
    return parsed.ok && parsed.value !== undefined ? parsed.value : props.body;
  };
  return (
    <div class="min-w-0">
      <h4 class="mb-1.5 text-xs font-medium text-ink-faint">{props.title}</h4>
      <div class="grid gap-2">
        <Show when={props.headers}>
          <JsonView value={props.headers} label={`${props.title} headers`} />
        </Show>
        <Show when={props.body} fallback={<p class="text-[0.8125rem] text-ink-faint">No body.</p>}>
          <JsonView value={body()} label={`${props.title} body`} />
        </Show>
      </div>
    </div>
  );
}
