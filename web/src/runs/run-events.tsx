import { For, Show } from 'solid-js';
import { absoluteTime, clockTime, preciseTime } from '../time/relative-time';
import { splitTimes } from '../time/split-times';
import { eventTone } from './event-tone';
import type { RunDetail } from './run-page';

/** Everything recorded about the run, newest last, as the log has it. */
export function RunEvents(props: { run: RunDetail }) {
  return (
    <Show
      when={props.run.timeline.length > 0}
      fallback={<p class="px-4 py-14 text-center text-ink-soft">Nothing is recorded yet.</p>}
    >
      <div class="p-4">
        <Show when={props.run.timelineCount > props.run.timeline.length}>
          <p class="mb-3 text-[0.8125rem] text-ink-faint">
            The last {props.run.timeline.length} of {props.run.timelineCount.toLocaleString()} entries.
          </p>
        </Show>
        <ol class="relative ml-1.5 border-l border-line">
          <For each={props.run.timeline}>
            {(event) => (
              <li class="relative pb-4 pl-5 last:pb-0">
                <span
                  class={`tone-${eventTone(event.type)} tone-bg absolute top-1.5 -left-[0.3125rem] size-2.5 rounded-full ring-3 ring-surface`}
                />
                <div class="flex flex-wrap items-baseline gap-x-3">
                  <span class="min-w-0 font-medium break-words">
                    <For each={splitTimes(event.message)}>
                      {(part) =>
                        part.at === undefined ? part.text : <time datetime={part.text}>{clockTime(part.at)}</time>
                      }
                    </For>
                  </span>
                  <time
                    datetime={event.at}
                    title={absoluteTime(Date.parse(event.at))}
                    class="text-[0.8125rem] text-ink-faint"
                  >
                    {preciseTime(Date.parse(event.at))}
                  </time>
                </div>
                <p class="text-xs text-ink-faint">
                  {event.type}
                  <Show when={event.attempt}> · attempt {event.attempt}</Show>
                  <Show when={event.actor}> · {event.actor}</Show>
                </p>
              </li>
            )}
          </For>
        </ol>
      </div>
    </Show>
  );
}
