import { createSignal } from 'solid-js';
import { mutate } from '../api/api-client';
import { fieldError } from '../api/api-error';
import { DiscardDeadLettersDocument, type OperationPartsFragment, type RunFilter } from '../generated/graphql';
import { TextInput } from '../ui/text-input';
import { BulkDialog, type Previewed } from './bulk-dialog';

/** Puts dead letters away, with a reason that stays in their timelines. */
export default function DiscardDialog(props: {
  what: string;
  filter: RunFilter;
  onBegun: (operation: OperationPartsFragment) => void;
  onClose: () => void;
}) {
  const [reason, setReason] = createSignal('');
  const [problem, setProblem] = createSignal<string>();

  function send(previewed: Previewed) {
    const missing = reason().trim() === '';
    setProblem(missing ? 'Say why: it stays in the timeline of each run.' : undefined);
    if (missing) return undefined;
    return mutate(DiscardDeadLettersDocument, { ...previewed, reason: reason().trim() }).then((result) =>
      result.ok ? { ok: true as const, data: result.data.discardDeadLetters } : { ...result, data: undefined },
    );
  }

  return (
    <BulkDialog
      title={`Discard ${props.what}`}
      lead="Nobody will do this work again. It can be undone for seven days."
      action="DISCARD"
      filter={props.filter}
      verb="Discard"
      look="danger"
      send={send}
      onBegun={props.onBegun}
      onClose={props.onClose}
    >
      {({ error }) => (
        <TextInput
          label="Reason"
          value={reason()}
          error={problem() ?? fieldError(error(), 'reason')}
          placeholder="The customer was refunded by hand"
          onInput={setReason}
        />
      )}
    </BulkDialog>
  );
}
