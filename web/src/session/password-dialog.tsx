import { createSignal, Show } from 'solid-js';
import { mutate } from '../api/api-client';
import { type ApiError, fieldError } from '../api/api-error';
import { ChangePasswordDocument } from '../generated/graphql';
import { ActionButton } from '../ui/action-button';
import { ErrorPanel } from '../ui/error-panel';
import { Field } from '../ui/field';
import { Modal } from '../ui/modal';
import { toast } from '../ui/toasts';

export default function PasswordDialog(props: { open: boolean; onClose: () => void }) {
  const [current, setCurrent] = createSignal('');
  const [next, setNext] = createSignal('');
  const [busy, setBusy] = createSignal(false);
  const [error, setError] = createSignal<ApiError>();

  async function change(event: SubmitEvent) {
    event.preventDefault();
    if (busy()) return;
    setBusy(true);
    const result = await mutate(ChangePasswordDocument, { current: current(), new: next() });
    setBusy(false);
    if (!result.ok) return setError(result.error);
    setCurrent('');
    setNext('');
    setError(undefined);
    toast({ tone: 'ok', text: 'Your password is changed.' });
    props.onClose();
  }

  const unplaced = () => {
    const problem = error();
    return problem && !fieldError(problem, 'current') && !fieldError(problem, 'new') ? problem : undefined;
  };

  return (
    <Modal open={props.open} onClose={props.onClose} title="Change password">
      <form class="grid gap-4" onSubmit={change}>
        <Show when={unplaced()}>{(problem) => <ErrorPanel error={problem()} />}</Show>
        <Field label="Current password" error={fieldError(error(), 'current')}>
          {(control) => (
            <input
              {...control}
              class="input"
              type="password"
              autocomplete="current-password"
              required
              value={current()}
              onInput={(event) => setCurrent(event.currentTarget.value)}
            />
          )}
        </Field>
        <Field label="New password" error={fieldError(error(), 'new')}>
          {(control) => (
            <input
              {...control}
              class="input"
              type="password"
              autocomplete="new-password"
              required
              value={next()}
              onInput={(event) => setNext(event.currentTarget.value)}
            />
          )}
        </Field>
        <div class="flex justify-end gap-2 pt-1">
          <ActionButton onClick={props.onClose}>Cancel</ActionButton>
          <ActionButton type="submit" look="primary" needs="VIEWER" busy={busy()}>
            Change password
          </ActionButton>
        </div>
      </form>
    </Modal>
  );
}
