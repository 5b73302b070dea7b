import { Show } from 'solid-js';

/** A thin bar while newer data is on its way; what is shown stays. */
export function LoadBar(props: { active: boolean }) {
  return (
    <div class="h-0.5 overflow-hidden" aria-hidden="true">
      <Show when={props.active}>
        <div class="h-full w-2/5 animate-[load-bar_900ms_ease-in-out_infinite] rounded-full bg-accent" />
      </Show>
    </div>
  );
}
