import { A } from '@solidjs/router';
import { For } from 'solid-js';
import type { DeadLetterGroupsQuery } from '../generated/graphql';
import { TimeAgo } from '../ui/time-ago';

export type DeadLetterGroup = NonNullable<DeadLetterGroupsQuery['deadLetterGroups']>['nodes'][number];

/** Dead letters by their mistake, the largest group first, each to be chosen or opened. */
export function DeadLetterGroups(props: {
  groups: readonly DeadLetterGroup[];
  chosen: ReadonlySet<string>;
  hrefOf: (group: DeadLetterGroup) => string;
  onToggle: (id: string) => void;
}) {
  return (
    <ul class="card divide-y divide-line overflow-clip" aria-label="Groups of dead letters">
      <For each={props.groups}>
        {(group) => (
          <li class="relative flex items-start gap-3 px-4 py-3 transition-colors hover:bg-sunken has-checked:bg-accent-soft">
            <label class="relative z-10 -m-1.5 grid size-8 shrink-0 place-items-center">
              <input
                type="checkbox"
                class="size-4.5 accent-accent"
                checked={props.chosen.has(group.id)}
                aria-label={`Choose: ${group.message}`}
                onChange={() => props.onToggle(group.id)}
              />
            </label>
            <div class="min-w-0 grow">
              <A
                href={props.hrefOf(group)}
                class="line-clamp-2 font-medium break-words after:absolute after:inset-0"
                title={group.message}
              >
                {group.message || 'No message'}
              </A>
              <p class="mt-0.5 flex flex-wrap items-center gap-x-4 text-[0.8125rem] text-ink-soft">
                <span class="min-w-0 truncate">{group.job}</span>
                <span>
                  last <TimeAgo at={group.lastAt} />
                </span>
                <span>
                  first <TimeAgo at={group.firstAt} />
                </span>
                <A class="link relative z-10 inline-flex min-h-6 items-center" href={`/runs/${group.sample.id}`}>
                  Newest run
                </A>
              </p>
            </div>
            <span class="num shrink-0 text-right">
              <span class="block text-lg leading-6 font-semibold">{group.count.toLocaleString()}</span>
              <span class="block text-xs text-ink-faint">dead</span>
            </span>
          </li>
        )}
      </For>
    </ul>
  );
}
