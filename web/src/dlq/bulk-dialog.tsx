import { type Accessor, createSignal, type JSX, Show } from 'solid-js';
import type { ApiResult } from '../api/api-client';
import type { ApiError } from '../api/api-error';
import { createQuery } from '../api/create-query';
import {
  BulkPreviewDocument,
  type BulkPreviewQuery,
  type OperationPartsFragment,
  type RunFilter,
} from '../generated/graphql';
import { ActionButton } from '../ui/action-button';
import { ErrorPanel } from '../ui/error-panel';
import { Modal } from '../ui/modal';

export type Preview = NonNullable<BulkPreviewQuery['previewBulk']>;

/** What goes into the mutation, so that it does exactly what was previewed or nothing. */
export interface Previewed {
  filter: RunFilter;
  expectedCount: number;
  asOf: string;
}

interface Props {
  title: string;
  lead: string;
  action: 'REDRIVE' | 'DISCARD';
  /** As it was when the dialog was opened: what happens behind it does not change what it means. */
  filter: RunFilter;
  verb: string;
  look: 'primary' | 'danger';
  children: (state: { preview: Accessor<Preview | undefined>; error: Accessor<ApiError | undefined> }) => JSX.Element;
  /** Undefined: what was entered is not right yet, and was said so. */
  send: (previewed: Previewed) => Promise<ApiResult<OperationPartsFragment | null | undefined>> | undefined;
  onBegun: (operation: OperationPartsFragment) => void;
  onClose: () => void;
}

/** Asks before something is done to many runs, with the exact number in the button. */
export function BulkDialog(props: Props) {
  const filter = props.filter;
  const preview = createQuery(BulkPreviewDocument, () => ({ action: props.action, filter }));
  const [busy, setBusy] = createSignal(false);
  const [error, setError] = createSignal<ApiError>();
  const counted = () => preview.data()?.previewBulk ?? undefined;
  const blocked = () => {
    if (!counted()) return 'Counting…';
    return counted()?.count === 0 ? 'There is nothing left to do.' : undefined;
  };

  async function submit(event: SubmitEvent) {
    event.preventDefault();
    const now = counted();
    if (busy() || !now || blocked()) return;
    const sending = props.send({ filter, expectedCount: now.count, asOf: now.asOf });
    if (!sending) return;
    setBusy(true);
    const result = await sending;
    setBusy(false);
    if (result.ok && result.data) {
      props.onBegun(result.data);
      props.onClose();
      return;
    }
    setError(result.ok ? undefined : result.error);
    // Others were quicker: the next try is about what there is now.
    if (!result.ok && result.error.code === 'CONFLICT') await preview.refetch();
  }

  const shownError = () => {
    const problem = error();
    return problem && Object.keys(problem.fields).length === 0 ? problem : undefined;
  };
  return (
    <Modal open onClose={props.onClose} title={props.title} lead={props.lead}>
      <form class="grid gap-4" onSubmit={submit} novalidate>
        <Show when={preview.error()}>
          {(problem) => <ErrorPanel what="The runs could not be counted" error={problem()} onRetry={preview.refetch} />}
        </Show>
        <Show when={shownError()}>{(problem) => <ErrorPanel error={problem()} />}</Show>
        {props.children({ preview: counted, error })}
        <div class="flex justify-end gap-2 pt-1">
          <ActionButton onClick={props.onClose}>Cancel</ActionButton>
          <ActionButton type="submit" look={props.look} needs="USER" busy={busy()} blocked={blocked()}>
            <span class="num">
              {props.verb} {counted()?.count.toLocaleString() ?? '…'}
            </span>
          </ActionButton>
        </div>
      </form>
    </Modal>
  );
}
