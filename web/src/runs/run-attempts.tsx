import { For, Show } from 'solid-js';
import { formatDuration } from '../time/duration';
import { StatusBadge } from '../ui/status-badge';
import { TimeAgo } from '../ui/time-ago';
import type { RunDetail } from './run-page';

/** Every try, newest first, with why it failed. */
export function RunAttempts(props: { run: RunDetail }) {
  const attempts = () => [...props.run.attempts].sort((a, b) => b.number - a.number);
  return (
    <Show
      when={props.run.attempts.length > 0}
      fallback={<p class="px-4 py-14 text-center text-ink-soft">No attempt has started yet.</p>}
    >
      <ol class="divide-y divide-line">
        <For each={attempts()}>
          {(attempt) => (
            <li class="min-w-0 p-4">
              <div class="flex flex-wrap items-center gap-x-4 gap-y-1">
                <h3 class="font-semibold">Attempt {attempt.number}</h3>
                <StatusBadge status={attempt.status} />
                <span class="num text-[0.8125rem] text-ink-soft">
                  waited {formatDuration(attempt.waitMs)} · ran {formatDuration(attempt.durationMs)}
                </span>
                <span class="text-[0.8125rem] text-ink-soft sm:ml-auto">
                  <TimeAgo at={attempt.startedAt} fallback="not started" />
                </span>
              </div>
              <Show when={attempt.workerId}>
                <p class="mt-0.5 truncate font-mono text-xs text-ink-faint">{attempt.workerId}</p>
              </Show>
              <Show when={attempt.error}>
                {(error) => (
                  <div class="tone-bad tone-panel mt-3 min-w-0 rounded-lg p-3">
                    <p class="font-medium break-words">{error().message}</p>
                    <p class="text-xs text-ink-soft">
                      {error().code ? `${error().code} · ` : ''}
                      {error().retryable ? 'may be retried' : 'not retried'}
                    </p>
                    <Show when={error().stack}>
                      <details class="mt-2">
                        <summary class="py-1 text-[0.8125rem] text-ink-soft">Stack</summary>
                        <pre class="mt-1 max-h-72 overflow-auto font-mono text-xs leading-5" tabindex="0">
                          {error().stack}
                        </pre>
                      </details>
                    </Show>
                  </div>
                )}
              </Show>
            </li>
          )}
        </For>
      </ol>
    </Show>
  );
}
