import { Show } from 'solid-js';
import type { ListState } from '../api/create-list';

type Paged = Pick<ListState<unknown, unknown>, 'nodes' | 'total' | 'hasMore' | 'full' | 'refreshing' | 'loadMore'>;

/** The foot of a paged list: how much is shown of how much, and the next page. */
export function LoadMore(props: { list: Paged }) {
  const shown = () => props.list.nodes.length.toLocaleString();
  const ofTotal = () => {
    const total = props.list.total();
    if (total === null || total === undefined) return `${shown()} shown`;
    return `${shown()} of ${total.toLocaleString()}`;
  };
  return (
    <div class="flex flex-wrap items-center justify-center gap-x-4 gap-y-2 px-4 py-3 text-ink-faint">
      <span class="num text-[0.8125rem]">{ofTotal()}</span>
      <Show when={props.list.hasMore()}>
        <button
          type="button"
          class="btn btn-sm"
          aria-busy={props.list.refreshing()}
          onClick={() => void props.list.loadMore()}
        >
          {props.list.refreshing() ? 'Loading…' : 'Load more'}
        </button>
      </Show>
      <Show when={props.list.full()}>
        <span class="text-[0.8125rem]">This page holds no more. Narrow the filter to see older ones.</span>
      </Show>
    </div>
  );
}
