import { Match, Switch } from 'solid-js';
import { reachable } from '../api/reachability';
import { lastHeardAt, liveStatus } from '../live/live-connection';
import { clockTime } from '../time/relative-time';

/** Whether what is shown is live, and if not, how old it is. */
export function ConnectionPill() {
  const asOf = () => {
    const at = lastHeardAt();
    return at === undefined ? undefined : clockTime(at);
  };
  return (
    <span class="chip border border-line bg-surface px-2.5 py-0.5">
      <Switch
        fallback={
          <>
            <span class="tone-off tone-bg size-2 shrink-0 rounded-full" />
            <span class="text-ink-soft max-sm:sr-only">Connecting</span>
          </>
        }
      >
        <Match when={liveStatus() === 'live'}>
          <span class="tone-ok tone-bg size-2 shrink-0 rounded-full" />
          <span>Live</span>
        </Match>
        <Match when={liveStatus() === 'reconnecting' || !reachable()}>
          <span class="tone-warn tone-bg pulse size-2 shrink-0 rounded-full" />
          <span class="tone-warn tone-text">
            <span class="max-sm:sr-only">Reconnecting</span>
            <span class={asOf() ? '' : 'hidden'}>
              <span class="max-sm:hidden">, data as of </span>
              <span class="num">{asOf()}</span>
            </span>
          </span>
        </Match>
      </Switch>
    </span>
  );
}
