import { Field } from './field';

/** A JSON editor as a plain text area: Tab leaves it, as in any form. */
export function JsonField(props: {
  label: string;
  value: string;
  error?: string | undefined;
  hint?: string;
  rows?: number;
  optional?: boolean;
  placeholder?: string;
  onInput: (text: string) => void;
}) {
  return (
    <Field label={props.label} error={props.error} hint={props.hint} optional={props.optional ?? false}>
      {(control) => (
        <textarea
          {...control}
          class="input font-mono text-[0.8125rem]"
          rows={props.rows ?? 6}
          spellcheck={false}
          autocomplete="off"
          placeholder={props.placeholder}
          value={props.value}
          onInput={(event) => props.onInput(event.currentTarget.value)}
        />
      )}
    </Field>
  );
}
