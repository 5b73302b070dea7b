import { createEffect, type JSX, onCleanup, Show } from 'solid-js';

/** A page's only h1, its one-line purpose and its actions. Sets the tab's title too. */
export function PageHeader(props: {
  title: string;
  /** What the tab says, when the heading alone would be unclear there. */
  tabTitle?: string;
  lead?: JSX.Element;
  above?: JSX.Element;
  beside?: JSX.Element;
  actions?: JSX.Element;
}) {
  createEffect(() => {
    document.title = `${props.tabTitle ?? props.title} · Jobflow`;
  });
  onCleanup(() => {
    document.title = 'Jobflow';
  });
  return (
    <header class="mb-5">
      {props.above}
      <div class="flex flex-wrap items-start justify-between gap-x-6 gap-y-3 sm:flex-nowrap">
        <div class="flex min-w-0 flex-wrap items-center gap-x-3 gap-y-1">
          <h1 class="min-w-0 break-words">{props.title}</h1>
          {props.beside}
        </div>
        <Show when={props.actions}>
          <div class="flex shrink-0 flex-wrap gap-2">{props.actions}</div>
        </Show>
      </div>
      <Show when={props.lead}>
        <div class="mt-2 max-w-prose text-ink-soft sm:mt-0.5">{props.lead}</div>
      </Show>
    </header>
  );
}
