import { createSignal, Show } from 'solid-js';
import { mutate } from '../api/api-client';
import { fieldError } from '../api/api-error';
import { type OperationPartsFragment, RedriveDeadLettersDocument, type RunFilter } from '../generated/graphql';
import { JsonField } from '../ui/json-field';
import { parseJson } from '../ui/parse-json';
import { NumberInput } from '../ui/text-input';
import { BulkDialog, type Previewed } from './bulk-dialog';

/** Runs dead letters again, by their jobs as they are now; the input may be changed and the pace limited. */
export default function RedriveDialog(props: {
  what: string;
  filter: RunFilter;
  onBegun: (operation: OperationPartsFragment) => void;
  onClose: () => void;
}) {
  const [patch, setPatch] = createSignal('');
  const [patchProblem, setPatchProblem] = createSignal<string>();
  const [perSecond, setPerSecond] = createSignal('');
  const [rateProblem, setRateProblem] = createSignal<string>();

  function send(previewed: Previewed) {
    const parsed = parseJson(patch());
    const rate = perSecond().trim() === '' ? undefined : Number(perSecond());
    const rateIsWrong = rate !== undefined && !(Number.isInteger(rate) && rate >= 1);
    setPatchProblem(parsed.ok ? undefined : parsed.problem);
    setRateProblem(rateIsWrong ? 'A whole number from 1, or nothing for no limit.' : undefined);
    if (!parsed.ok || rateIsWrong) return undefined;
    const variables = {
      ...previewed,
      ...(parsed.value === undefined ? {} : { inputPatch: parsed.value }),
      ...(rate === undefined ? {} : { perSecond: rate }),
    };
    return mutate(RedriveDeadLettersDocument, variables).then((result) =>
      result.ok ? { ok: true as const, data: result.data.redriveDeadLetters } : { ...result, data: undefined },
    );
  }

  return (
    <BulkDialog
      title={`Redrive ${props.what}`}
      lead="Each gets a new run with fresh attempts, by its job as it is now."
      action="REDRIVE"
      filter={props.filter}
      verb="Redrive"
      look="primary"
      send={send}
      onBegun={props.onBegun}
      onClose={props.onClose}
    >
      {({ preview, error }) => (
        <>
          <JsonField
            label="Change the input"
            optional
            rows={4}
            value={patch()}
            error={patchProblem() ?? fieldError(error(), 'inputPatch')}
            hint="A JSON merge patch for each input: what you name is replaced, null removes it."
            placeholder={'{ "region": "eu-west" }'}
            onInput={setPatch}
          />
          <NumberInput
            label="Runs per second"
            min={1}
            value={perSecond()}
            error={rateProblem() ?? fieldError(error(), 'perSecond')}
            hint="Leave it empty for as fast as it goes."
            onInput={setPerSecond}
          />
          <Show when={preview()?.sample[0]}>
            {(sample) => (
              <details class="rounded-lg bg-sunken px-3 py-2">
                <summary class="py-0.5 text-ink-soft">The input of one of them</summary>
                <pre class="mt-2 max-h-48 overflow-auto font-mono text-xs" tabindex="0">
                  {JSON.stringify(sample().input, null, 2)}
                </pre>
              </details>
            )}
          </Show>
        </>
      )}
    </BulkDialog>
  );
}
