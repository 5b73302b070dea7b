import Play from 'lucide-solid/icons/play';
import { createSignal, Show } from 'solid-js';
import type { ApiError } from '../api/api-error';
import { ActionButton } from '../ui/action-button';
import { ErrorPanel } from '../ui/error-panel';
import { JsonField } from '../ui/json-field';
import { Modal } from '../ui/modal';
import { parseJson } from '../ui/parse-json';
import { exampleInput } from './example-input';
import { freshKey } from './fresh-key';
import { type RunnableJob, runJob } from './run-job';

/** Asks for a run's input, starting from what the job would send by itself. */
export default function RunNowDialog(props: { job: RunnableJob; onClose: () => void }) {
  const start = props.job.defaultInput ?? exampleInput(props.job.inputSchema);
  const [text, setText] = createSignal(JSON.stringify(start, null, 2));
  const [busy, setBusy] = createSignal(false);
  const [problem, setProblem] = createSignal<string>();
  const [error, setError] = createSignal<ApiError>();
  let sent = { text: '', key: '' };

  async function run(event: SubmitEvent) {
    event.preventDefault();
    if (busy()) return;
    const parsed = parseJson(text());
    setError(undefined);
    setProblem(parsed.ok ? undefined : parsed.problem);
    if (!parsed.ok) return;
    setBusy(true);
    // Another input is another run: only a repeat of the very same one may count as the same.
    if (text() !== sent.text) sent = { text: text(), key: freshKey() };
    const refused = await runJob(props.job, { input: parsed.value, key: sent.key, quiet: true });
    setBusy(false);
    if (!refused) return props.onClose();
    setError(refused);
    const places = Object.entries(refused.fields).map(([path, message]) => `${path}: ${message}`);
    setProblem(places.join(' · ') || undefined);
  }

  return (
    <Modal open onClose={props.onClose} title={`Run ${props.job.title}`} lead="The input of this one run.">
      <form class="grid gap-4" onSubmit={run}>
        <Show when={error()}>{(it) => <ErrorPanel error={it()} />}</Show>
        <JsonField label="Input" value={text()} error={problem()} rows={10} onInput={setText} />
        <Show when={props.job.inputSchema}>
          <details class="rounded-lg bg-sunken px-3 py-2">
            <summary class="py-0.5 text-ink-soft">What this job accepts</summary>
            <pre class="mt-2 max-h-60 overflow-auto font-mono text-xs" tabindex="0">
              {JSON.stringify(props.job.inputSchema, null, 2)}
            </pre>
          </details>
        </Show>
        <div class="flex justify-end gap-2 pt-1">
          <ActionButton onClick={props.onClose}>Cancel</ActionButton>
          <ActionButton type="submit" look="primary" needs="USER" busy={busy()}>
            <Show when={!busy()}>
              <Play class="size-3.5" aria-hidden="true" />
            </Show>
            Run now
          </ActionButton>
        </div>
      </form>
    </Modal>
  );
}
