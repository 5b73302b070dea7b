import { A } from '@solidjs/router';
import { createSignal, For, Show } from 'solid-js';
import { mutate } from '../api/api-client';
import type { ApiError } from '../api/api-error';
import { createQuery } from '../api/create-query';
import {
  AbortOperationDocument,
  BulkFailuresDocument,
  type OperationPartsFragment,
  UndoOperationDocument,
} from '../generated/graphql';
import { ActionButton } from '../ui/action-button';
import { ErrorPanel } from '../ui/error-panel';
import { StatusBadge } from '../ui/status-badge';
import { TimeAgo } from '../ui/time-ago';
import { operationInWords, operationPercent } from './operation-words';

/** One bulk operation: how far it is, what failed, where its runs are, and how to stop it or take it back. */
export function OperationCard(props: {
  operation: OperationPartsFragment;
  onChanged: (operation: OperationPartsFragment) => void;
}) {
  const [busy, setBusy] = createSignal(false);
  const [error, setError] = createSignal<ApiError>();
  const percent = () => operationPercent(props.operation);

  async function abort() {
    setBusy(true);
    const result = await mutate(AbortOperationDocument, { id: props.operation.id });
    setBusy(false);
    setError(result.ok ? undefined : result.error);
    if (result.ok && result.data.abortBulkOperation) props.onChanged(result.data.abortBulkOperation);
  }

  async function undo() {
    setBusy(true);
    const undone = props.operation;
    const result = await mutate(UndoOperationDocument, { id: undone.id });
    setBusy(false);
    setError(result.ok ? undefined : result.error);
    if (!result.ok || !result.data.undoBulkOperation) return;
    props.onChanged({ ...undone, undoableUntil: null });
    props.onChanged(result.data.undoBulkOperation);
  }

  return (
    <article class="px-4 py-3" aria-label={operationInWords(props.operation)}>
      <div class="flex flex-wrap items-center gap-x-4 gap-y-2">
        <StatusBadge status={props.operation.status} />
        <p class="num min-w-0 grow basis-48">
          <span class="font-medium">{operationInWords(props.operation)}</span>
          <span class="block text-xs text-ink-faint">
            <TimeAgo at={props.operation.createdAt} />
            <Show when={props.operation.undoOf}> · takes an earlier one back</Show>
            <Show when={props.operation.reason}>{(reason) => <> · “{reason()}”</>}</Show>
          </span>
        </p>
        <div class="flex flex-wrap items-center gap-2">
          <Show when={props.operation.done > 0}>
            <A class="btn btn-sm" href={`/runs?operation=${props.operation.id}`}>
              Its runs
            </A>
          </Show>
          <Show when={!props.operation.finished}>
            <ActionButton small needs="USER" busy={busy()} onClick={abort}>
              Stop
            </ActionButton>
          </Show>
          <Show when={props.operation.undoableUntil}>
            <ActionButton small needs="USER" busy={busy()} onClick={undo}>
              Undo
            </ActionButton>
          </Show>
        </div>
      </div>
      <Show when={!props.operation.finished}>
        <div
          role="progressbar"
          aria-label={operationInWords(props.operation)}
          aria-valuemin={0}
          aria-valuemax={100}
          aria-valuenow={percent()}
          class="mt-3 h-1.5 overflow-hidden rounded-full bg-sunken"
        >
          <div class="h-full rounded-full bg-accent transition-[width]" style={{ width: `${percent()}%` }} />
        </div>
      </Show>
      <Show when={error()}>{(it) => <ErrorPanel class="mt-3" error={it()} />}</Show>
      <Show when={props.operation.failed > 0}>
        <Failures operation={props.operation} />
      </Show>
    </article>
  );
}

const mostFailures = 100;

/** What could not be done, asked for only when somebody wants to see it. */
function Failures(props: { operation: OperationPartsFragment }) {
  const [open, setOpen] = createSignal(false);
  const failures = createQuery(BulkFailuresDocument, () =>
    open() ? { id: props.operation.id, first: mostFailures } : undefined,
  );
  const list = () => failures.data()?.bulkOperation?.failures ?? [];
  return (
    <details class="mt-2" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary class="tone-bad tone-text w-fit py-1 text-[0.8125rem] font-medium">
        {props.operation.failed.toLocaleString()} could not be done
      </summary>
      <Show when={failures.error()}>{(it) => <ErrorPanel error={it()} onRetry={failures.refetch} />}</Show>
      <ul class="mt-1 grid gap-1 text-[0.8125rem]">
        <For each={list()}>
          {(failure) => (
            <li class="min-w-0 break-words">
              <A class="link font-mono text-xs" href={`/runs/${failure.id}`}>
                {failure.id}
              </A>{' '}
              <span class="text-ink-soft">{failure.message}</span>
            </li>
          )}
        </For>
      </ul>
      <Show when={props.operation.failed > list().length && list().length > 0}>
        <p class="mt-1 text-xs text-ink-faint">
          The first {list().length} of {props.operation.failed.toLocaleString()}.
        </p>
      </Show>
    </details>
  );
}
