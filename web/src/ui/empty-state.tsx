import type { Component, JSX } from 'solid-js';
import { Dynamic } from 'solid-js/web';

/** Nothing to show, why, and what to do about it. */
export function EmptyState(props: {
  icon: Component<{ class?: string; 'aria-hidden'?: 'true' }>;
  title: string;
  children?: JSX.Element;
  action?: JSX.Element;
}) {
  return (
    <div class="flex flex-col items-center gap-2 px-6 py-14 text-center">
      <span class="mb-2 grid size-14 place-items-center rounded-2xl border border-line bg-sunken text-ink-faint">
        <Dynamic component={props.icon} class="size-6" aria-hidden="true" />
      </span>
      <h2>{props.title}</h2>
      <p class="max-w-sm text-ink-soft">{props.children}</p>
      <div class="mt-3 flex flex-wrap justify-center gap-2 empty:hidden">{props.action}</div>
    </div>
  );
}
