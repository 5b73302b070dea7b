import { createUniqueId, For, Show } from 'solid-js';
import { Field } from './field';

interface Base {
  label: string;
  value: string;
  error?: string | undefined;
  hint?: string;
  class?: string;
  onInput: (value: string) => void;
}

/** A labelled line of text; `suggestions` are offered while typing, anything may be entered. */
export function TextInput(
  props: Base & { type?: 'text' | 'url' | 'email'; optional?: boolean; placeholder?: string; suggestions?: string[] },
) {
  const listId = createUniqueId();
  return (
    <Field
      label={props.label}
      error={props.error}
      hint={props.hint}
      optional={props.optional ?? false}
      class={props.class ?? ''}
    >
      {(control) => (
        <>
          <input
            {...control}
            class="input"
            type={props.type === 'url' ? 'text' : (props.type ?? 'text')}
            inputmode={props.type === 'url' ? 'url' : undefined}
            autocomplete="off"
            spellcheck={false}
            placeholder={props.placeholder}
            list={props.suggestions ? listId : undefined}
            value={props.value}
            onInput={(event) => props.onInput(event.currentTarget.value)}
          />
          <Show when={props.suggestions}>
            {(suggestions) => (
              <datalist id={listId}>
                <For each={suggestions()}>{(suggestion) => <option value={suggestion} />}</For>
              </datalist>
            )}
          </Show>
        </>
      )}
    </Field>
  );
}

/** A labelled number, kept as typed. */
export function NumberInput(props: Base & { min?: number; max?: number }) {
  return (
    <Field label={props.label} error={props.error} hint={props.hint} class={props.class ?? ''}>
      {(control) => (
        <input
          {...control}
          class="input num"
          type="number"
          step="any"
          min={props.min}
          max={props.max}
          value={props.value}
          onInput={(event) => props.onInput(event.currentTarget.value)}
        />
      )}
    </Field>
  );
}
