import { For, type JSX, Match, Show, Switch } from 'solid-js';
import { Dynamic } from 'solid-js/web';
import type { JobKindsQuery } from '../generated/graphql';
import { Field } from '../ui/field';
import { JsonField } from '../ui/json-field';
import { kindLooks } from '../ui/kind-look';
import { NumberInput, TextInput } from '../ui/text-input';
import type { DraftProblems, JobDraft } from './job-draft';
import { CodeField, HandlerSpec, HttpSpec } from './job-spec-fields';

export interface JobFormPart {
  draft: JobDraft;
  problems: DraftProblems;
  set: <K extends keyof JobDraft>(field: K, value: JobDraft[K]) => void;
  platform?: JobKindsQuery | undefined;
}

const backoffs: { value: JobDraft['backoff']; label: string }[] = [
  { value: 'EXPONENTIAL', label: 'Exponential' },
  { value: 'LINEAR', label: 'Linear' },
  { value: 'FIXED', label: 'Fixed' },
];
const kinds: JobDraft['kind'][] = ['HTTP', 'SHELL', 'JAVASCRIPT', 'HANDLER'];

function Section(props: { title: string; lead?: string; children: JSX.Element }) {
  return (
    <section class="card p-5">
      <h2>{props.title}</h2>
      <Show when={props.lead}>
        <p class="text-[0.8125rem] text-ink-faint">{props.lead}</p>
      </Show>
      <div class="mt-4 grid gap-4">{props.children}</div>
    </section>
  );
}

export function JobWhat(props: JobFormPart) {
  const info = (kind: string) => props.platform?.jobKinds?.find((it) => it.kind === kind);
  return (
    <Section title="What should it run?">
      <fieldset>
        <legend class="sr-only">Kind</legend>
        <div class="grid grid-cols-2 gap-3 sm:grid-cols-4">
          <For each={kinds}>
            {(kind) => (
              <label class="relative flex cursor-pointer flex-col gap-2 rounded-xl border border-line p-3 transition-colors has-checked:border-accent-ink has-checked:bg-accent-soft has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent-ink">
                <input
                  type="radio"
                  name="kind"
                  class="sr-only"
                  value={kind}
                  checked={props.draft.kind === kind}
                  onChange={() => props.set('kind', kind)}
                />
                <Dynamic component={kindLooks[kind].icon} class="size-5 text-accent-ink" aria-hidden="true" />
                <span>
                  <span class="block font-medium">{kindLooks[kind].label}</span>
                  <span class="block text-xs text-ink-soft">{kindLooks[kind].about}</span>
                </span>
              </label>
            )}
          </For>
        </div>
      </fieldset>
      <Show when={info(props.draft.kind)?.enabled === false}>
        <p class="tone-warn tone-panel rounded-lg px-3 py-2 text-[0.8125rem]">
          {info(props.draft.kind)?.reason ?? 'No executor runs this kind at the moment: its runs will wait.'}
        </p>
      </Show>
      <Switch>
        <Match when={props.draft.kind === 'HTTP'}>
          <HttpSpec {...props} />
        </Match>
        <Match when={props.draft.kind === 'SHELL'}>
          <CodeField {...props} field="script" label="Script" placeholder={'echo "Hello {{input.name}}"'} />
        </Match>
        <Match when={props.draft.kind === 'JAVASCRIPT'}>
          <CodeField {...props} field="code" label="Code" placeholder="return { sum: input.a + input.b };" />
        </Match>
        <Match when={props.draft.kind === 'HANDLER'}>
          <HandlerSpec {...props} />
        </Match>
      </Switch>
    </Section>
  );
}

export function JobBasics(props: JobFormPart) {
  return (
    <Section title="What is it called?">
      <div class="grid gap-4 sm:grid-cols-2">
        <TextInput
          label="Name"
          placeholder="report.generate"
          hint="Letters, digits, dot, dash, underscore. It never changes."
          value={props.draft.name}
          error={props.problems.name}
          onInput={(value) => props.set('name', value)}
        />
        <TextInput
          label="Title"
          optional
          placeholder="Monthly report"
          hint="What people read on its card."
          value={props.draft.title}
          error={props.problems.title}
          onInput={(value) => props.set('title', value)}
        />
      </div>
      <TextInput
        label="Description"
        optional
        value={props.draft.description}
        error={props.problems.description}
        onInput={(value) => props.set('description', value)}
      />
    </Section>
  );
}

export function JobQueueing(props: JobFormPart) {
  return (
    <Section title="Where does it wait?">
      <div class="grid gap-4 sm:grid-cols-2">
        <TextInput
          label="Queue"
          optional
          placeholder="default"
          suggestions={(props.platform?.queues ?? []).map((queue) => queue.name)}
          value={props.draft.queue}
          error={props.problems.queue}
          onInput={(value) => props.set('queue', value)}
        />
        <Field label="Priority" hint="10 goes first." error={props.problems.priority}>
          {(control) => (
            <div class="flex min-h-9 items-center gap-3">
              <input
                {...control}
                type="range"
                min="1"
                max="10"
                class="h-7 grow accent-accent"
                value={props.draft.priority}
                onInput={(event) => props.set('priority', event.currentTarget.valueAsNumber)}
              />
              <output for={control.id} class="num w-6 text-right font-semibold">
                {props.draft.priority}
              </output>
            </div>
          )}
        </Field>
      </div>
    </Section>
  );
}

export function JobRetry(props: JobFormPart) {
  return (
    <Section title="What if it fails?">
      <div class="grid grid-cols-2 gap-4 sm:grid-cols-4">
        <NumberInput
          label="Attempts"
          min={1}
          max={100}
          value={props.draft.maxAttempts}
          error={props.problems.maxAttempts}
          onInput={(value) => props.set('maxAttempts', value)}
        />
        <Field label="Backoff" error={props.problems.backoff}>
          {(control) => (
            <select
              {...control}
              class="input"
              onChange={(event) => props.set('backoff', event.currentTarget.value as JobDraft['backoff'])}
            >
              <For each={backoffs}>
                {(it) => (
                  <option value={it.value} selected={it.value === props.draft.backoff}>
                    {it.label}
                  </option>
                )}
              </For>
            </select>
          )}
        </Field>
        <NumberInput
          label="First wait, s"
          min={0}
          value={props.draft.initialDelay}
          error={props.problems.initialDelay}
          onInput={(value) => props.set('initialDelay', value)}
        />
        <NumberInput
          label="Longest, s"
          min={0}
          value={props.draft.maxDelay}
          error={props.problems.maxDelay}
          onInput={(value) => props.set('maxDelay', value)}
        />
      </div>
    </Section>
  );
}

export function JobInputFields(props: JobFormPart) {
  return (
    <details class="card group" open={Boolean(props.problems.inputSchema ?? props.problems.defaultInput)}>
      <summary class="rounded-xl px-5 py-4 font-medium">
        Input{' '}
        <span class="ml-1 text-[0.8125rem] font-normal text-ink-faint">a schema and a default, both optional</span>
      </summary>
      <div class="grid gap-4 px-5 pb-5 sm:grid-cols-2">
        <JsonField
          label="JSON Schema"
          optional
          rows={7}
          hint="Input that does not match is refused."
          placeholder={'{ "type": "object", "required": ["to"] }'}
          value={props.draft.inputSchema}
          error={props.problems.inputSchema}
          onInput={(value) => props.set('inputSchema', value)}
        />
        <JsonField
          label="Default input"
          optional
          rows={7}
          hint="What “Run now” starts from."
          placeholder={'{ "to": "ada@example.com" }'}
          value={props.draft.defaultInput}
          error={props.problems.defaultInput}
          onInput={(value) => props.set('defaultInput', value)}
        />
      </div>
    </details>
  );
}
