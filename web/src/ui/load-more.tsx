import { Show } from 'solid-js';

/** The foot of a paged list: how much is shown of how much, and the next page. */
export function LoadMore(props: {
  shown: number;
  total: number | null | undefined;
  hasMore: boolean;
  full: boolean;
  busy: boolean;
  onMore: () => void;
}) {
  const ofTotal = () => {
    const total = props.total;
    if (total === null || total === undefined) return `${props.shown.toLocaleString()} shown`;
    return `${props.shown.toLocaleString()} of ${total.toLocaleString()}`;
  };
  return (
    <div class="flex flex-wrap items-center justify-center gap-x-4 gap-y-2 px-4 py-3 text-ink-faint">
      <span class="num text-[0.8125rem]">{ofTotal()}</span>
      <Show when={props.hasMore}>
        <button type="button" class="btn btn-sm" aria-busy={props.busy} onClick={props.onMore}>
          {props.busy ? 'Loading…' : 'Load more'}
        </button>
      </Show>
      <Show when={props.full}>
        <span class="text-[0.8125rem]">This page holds no more. Narrow the filter to see older ones.</span>
      </Show>
    </div>
  );
}
