import { Show } from 'solid-js';
import { createClock } from '../time/clock';
import { absoluteTime, relativeTime } from '../time/relative-time';

/** A point in time, relative and kept current; the full local time is its title. */
export function TimeAgo(props: { at: string | null | undefined; fallback?: string }) {
  const now = createClock(1_000);
  return (
    <Show when={props.at} fallback={<span class="text-ink-faint">{props.fallback ?? '–'}</span>}>
      {(at) => {
        const instant = () => Date.parse(at());
        return (
          <time datetime={at()} title={absoluteTime(instant())} class="whitespace-nowrap">
            {relativeTime(instant(), now())}
          </time>
        );
      }}
    </Show>
  );
}

/** A point in time in full. */
export function FullTime(props: { at: string | null | undefined; fallback?: string }) {
  return (
    <Show when={props.at} fallback={<span class="text-ink-faint">{props.fallback ?? '–'}</span>}>
      {(at) => <time datetime={at()}>{absoluteTime(Date.parse(at()))}</time>}
    </Show>
  );
}
