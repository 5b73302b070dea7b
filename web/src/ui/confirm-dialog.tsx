import { createSignal, type JSX, Show } from 'solid-js';
import type { ApiError } from '../api/api-error';
import { ActionButton } from './action-button';
import { ErrorPanel } from './error-panel';
import { Modal } from './modal';

/** Asks before something that cannot be taken back. A refusal is shown in place; the dialog closes only on success. */
export function ConfirmDialog(props: {
  open: boolean;
  title: string;
  action: string;
  children: JSX.Element;
  onConfirm: () => Promise<ApiError | undefined>;
  onClose: () => void;
}) {
  const [busy, setBusy] = createSignal(false);
  const [error, setError] = createSignal<ApiError>();

  async function confirm() {
    setBusy(true);
    const refused = await props.onConfirm();
    setBusy(false);
    setError(refused);
    if (!refused) props.onClose();
  }

  return (
    <Modal open={props.open} onClose={props.onClose} title={props.title}>
      <p class="text-ink-soft">{props.children}</p>
      <Show when={error()}>{(it) => <ErrorPanel class="mt-4" error={it()} />}</Show>
      <div class="mt-5 flex justify-end gap-2">
        <ActionButton onClick={props.onClose}>Keep it</ActionButton>
        <ActionButton look="danger" needs="USER" busy={busy()} onClick={confirm}>
          {props.action}
        </ActionButton>
      </div>
    </Modal>
  );
}
