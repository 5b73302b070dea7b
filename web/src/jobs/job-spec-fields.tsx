import { For, Show } from 'solid-js';
import { Field } from '../ui/field';
import { JsonField } from '../ui/json-field';
import { TextInput } from '../ui/text-input';
import type { JobFormPart } from './job-form';

/** What each kind of job needs to know, in fields. */
export function HttpSpec(props: JobFormPart) {
  return (
    <>
      <div class="grid gap-4 sm:grid-cols-[8rem_1fr]">
        <Field label="Method" error={props.problems.method}>
          {(control) => (
            <select {...control} class="input" onChange={(event) => props.set('method', event.currentTarget.value)}>
              <For each={['GET', 'POST', 'PUT', 'PATCH', 'DELETE']}>
                {(it) => (
                  <option value={it} selected={it === props.draft.method}>
                    {it}
                  </option>
                )}
              </For>
            </select>
          )}
        </Field>
        <TextInput
          label="URL"
          type="url"
          placeholder="https://api.example.com/orders/{{input.id}}"
          value={props.draft.url}
          error={props.problems.url}
          onInput={(value) => props.set('url', value)}
        />
      </div>
      <JsonField
        label="Headers"
        optional
        rows={3}
        placeholder={'{ "authorization": "Bearer {{secrets.api-token}}" }'}
        value={props.draft.headers}
        error={props.problems.headers}
        onInput={(value) => props.set('headers', value)}
      />
      <Show when={props.draft.method !== 'GET'}>
        <JsonField
          label="Body"
          optional
          rows={4}
          placeholder={'{ "id": "{{input.id}}" }'}
          hint="Templates such as {{input.id}} are filled in for each run."
          value={props.draft.body}
          error={props.problems.body}
          onInput={(value) => props.set('body', value)}
        />
      </Show>
    </>
  );
}

export function CodeField(props: JobFormPart & { field: 'script' | 'code'; label: string; placeholder: string }) {
  return (
    <JsonField
      label={props.label}
      rows={8}
      placeholder={props.placeholder}
      value={props.draft[props.field]}
      error={props.problems[props.field]}
      onInput={(value) => props.set(props.field, value)}
    />
  );
}

export function HandlerSpec(props: JobFormPart) {
  const handlers = () => props.platform?.handlers ?? [];
  return (
    <div>
      <p class="text-ink-soft">A handler job runs the function of the same name in your workers’ code.</p>
      <Show when={handlers().length > 0}>
        <p class="mt-3 mb-2 text-[0.8125rem] text-ink-faint">Handlers that are online now:</p>
        <ul class="flex flex-wrap gap-2">
          <For each={handlers()}>
            {(handler) => (
              <li>
                <button
                  type="button"
                  class="btn btn-sm font-mono text-xs! aria-pressed:border-accent-ink aria-pressed:bg-accent-soft!"
                  aria-pressed={props.draft.name === handler.name}
                  onClick={() => props.set('name', handler.name)}
                >
                  {handler.name}
                </button>
              </li>
            )}
          </For>
        </ul>
      </Show>
    </div>
  );
}
