import { A } from '@solidjs/router';
import { createSignal, For, Show } from 'solid-js';
import { createQuery } from '../api/create-query';
import { RecentFiresDocument } from '../generated/graphql';
import { ErrorPanel } from '../ui/error-panel';
import { StatusBadge } from '../ui/status-badge';
import { fireTime } from './fire-time';

/** What became of a schedule's last ticks, and why those that made no run made none; asked for once it is opened. */
export function RecentFires(props: { scheduleId: string }) {
  const [open, setOpen] = createSignal(false);
  return (
    <details class="mt-2 text-[0.8125rem]" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary class="w-fit cursor-pointer text-ink-soft">Recent fires</summary>
      <Show when={open()}>
        <Fires scheduleId={props.scheduleId} />
      </Show>
    </details>
  );
}

function Fires(props: { scheduleId: string }) {
  const answer = createQuery(RecentFiresDocument, () => ({ id: props.scheduleId }));
  const fires = () => answer.data()?.schedule?.recentFires ?? [];
  return (
    <>
      <Show when={answer.error()}>
        {(error) => <ErrorPanel what="The fires could not be loaded" error={error()} onRetry={answer.refetch} />}
      </Show>
      <Show when={answer.data() && fires().length === 0}>
        <p class="mt-1 text-ink-faint">It has not come to a fire yet.</p>
      </Show>
      <ul class="mt-1 grid gap-1">
        <For each={fires()}>
          {(fire) => (
            <li class="flex flex-wrap items-center gap-x-3 gap-y-0.5">
              <time datetime={fire.at}>{fireTime(fire.at, fire.timezone)}</time>
              <StatusBadge plain status={fire.outcome} />
              <Show when={fire.runId}>
                {(id) => (
                  <A class="link" href={`/runs/${id()}`}>
                    its run
                  </A>
                )}
              </Show>
              <Show when={fire.reason}>
                <span class="min-w-0 break-words text-ink-soft">{fire.reason}</span>
              </Show>
            </li>
          )}
        </For>
      </ul>
    </>
  );
}
