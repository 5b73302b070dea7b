import { type Accessor, createEffect, createSignal, on, onCleanup } from 'solid-js';
import { createQuery, type QueryState } from '../api/create-query';
import {
  BulkOperationsDocument,
  type BulkOperationsQuery,
  type OperationPartsFragment,
  OperationUpdatesDocument,
} from '../generated/graphql';
import { subscribeLive } from '../live/live-connection';

export interface Operations {
  query: QueryState<BulkOperationsQuery>;
  /** Those that are under way, or were while this page was open. */
  current: Accessor<OperationPartsFragment[]>;
  /** The others, newest first. */
  earlier: Accessor<OperationPartsFragment[]>;
  /** Shows one that was begun just now. */
  begun: (operation: OperationPartsFragment) => void;
}

const shown = 10;

/** The latest bulk operations, those under way live. `onProgress` is called when one of them got further. */
export function useOperations(onProgress: (operation: OperationPartsFragment) => void): Operations {
  const query = createQuery(BulkOperationsDocument, () => ({ first: shown }));
  const [watched, setWatched] = createSignal<ReadonlySet<string>>(new Set());
  const stops = new Map<string, () => void>();

  const all = () => query.data()?.bulkOperations?.nodes ?? [];

  function tell(operation: OperationPartsFragment): void {
    query.patch((data) => {
      const nodes = data.bulkOperations?.nodes;
      if (!nodes) return;
      const known = nodes.find((one) => one.id === operation.id);
      if (known) Object.assign(known, operation);
      else nodes.unshift(operation);
    });
    onProgress(operation);
  }

  function watch(id: string): void {
    if (stops.has(id)) return;
    setWatched((ids) => new Set([...ids, id]));
    let finished = false;
    const stop = subscribeLive(OperationUpdatesDocument, () => ({ id }), {
      next: ({ bulkOperationUpdates }) => {
        finished = bulkOperationUpdates.finished;
        tell(bulkOperationUpdates);
      },
      isComplete: () => finished,
    });
    stops.set(id, stop);
  }

  createEffect(
    on(
      () =>
        all()
          .flatMap((one) => (one.finished ? [] : one.id))
          .join(),
      (ids) => {
        for (const id of ids.split(',')) if (id !== '') watch(id);
      },
    ),
  );
  onCleanup(() => {
    for (const stop of stops.values()) stop();
  });

  return {
    query,
    current: () => all().filter((one) => watched().has(one.id)),
    earlier: () => all().filter((one) => !watched().has(one.id)),
    begun(operation) {
      tell(operation);
      watch(operation.id);
    },
  };
}
