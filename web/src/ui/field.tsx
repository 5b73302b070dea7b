import { createUniqueId, type JSX, Show } from 'solid-js';

export interface FieldControl {
  id: string;
  'aria-describedby': string | undefined;
  'aria-invalid': 'true' | undefined;
}

/** A label, its control, a hint and an error, tied together for screen readers. */
export function Field(props: {
  label: string;
  hint?: JSX.Element;
  error?: string | undefined;
  optional?: boolean;
  class?: string;
  children: (control: FieldControl) => JSX.Element;
}) {
  const id = createUniqueId();
  const control: FieldControl = {
    id,
    get 'aria-describedby'() {
      if (props.error) return `${id}-error`;
      return props.hint ? `${id}-hint` : undefined;
    },
    get 'aria-invalid'() {
      return props.error ? ('true' as const) : undefined;
    },
  };
  return (
    <div class={`min-w-0 ${props.class ?? ''}`}>
      <label for={id} class="mb-1 flex items-baseline gap-2 font-medium">
        {props.label}
        <Show when={props.optional}>
          <span class="text-xs font-normal text-ink-faint">optional</span>
        </Show>
      </label>
      {props.children(control)}
      <Show when={props.error}>
        <p id={`${id}-error`} class="tone-bad tone-text mt-1 text-[0.8125rem]">
          {props.error}
        </p>
      </Show>
      <Show when={props.hint && !props.error}>
        <p id={`${id}-hint`} class="mt-1 text-[0.8125rem] text-ink-faint">
          {props.hint}
        </p>
      </Show>
    </div>
  );
}
