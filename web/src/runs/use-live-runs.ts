import { type Accessor, createEffect, createMemo, createSignal, on, onCleanup } from 'solid-js';
import type { ListState } from '../api/create-list';
import {
  NewRunsDocument,
  type RunFilter,
  type RunRowPartsFragment,
  RunRowUpdatesDocument,
  type RunsQuery,
} from '../generated/graphql';
import { frameBuffer } from '../live/frame-buffer';
import { subscribeLive } from '../live/live-connection';
import { applyRuns } from './apply-runs';

/** More new runs than this are not counted one by one. */
const mostCounted = 1_000;

export interface LiveRuns {
  newCount: Accessor<number>;
  /** Brings the new runs in: the list starts again from its newest page. */
  showNew: () => void;
}

/**
 * Two subscriptions keep the list true without moving a row: one carries the changes of the rows shown, by id; the
 * other only tells of runs that match the filter and are not shown yet.
 */
export function useLiveRuns(
  list: ListState<RunsQuery, RunRowPartsFragment>,
  filter: Accessor<RunFilter | null>,
): LiveRuns {
  const [fresh, setFresh] = createSignal<ReadonlySet<string>>(new Set());
  const head = createMemo(() => list.head()?.runs?.position);

  const rows = frameBuffer<RunRowPartsFragment>((runs) => list.patch((known) => applyRuns(known, runs)));
  let rowsPosition: string | undefined;
  const ids = createMemo(() => list.nodes.map((run) => run.id).join(' '));
  createEffect(
    on(ids, (joined) => {
      if (joined === '') return;
      rowsPosition ??= head();
      const stop = subscribeLive(
        RunRowUpdatesDocument,
        () => ({ filter: { ids: joined.split(' ') }, after: rowsPosition ?? null }),
        {
          next: ({ runUpdates }) => {
            rowsPosition = runUpdates.position;
            for (const run of runUpdates.runs) rows.push(run.id, run);
            if (runUpdates.gap) void list.refetch();
          },
        },
      );
      onCleanup(stop);
    }),
  );

  // A new first page brings everything new with it: counting starts again after its position.
  createEffect(
    on(head, (position) => {
      setFresh(new Set<string>());
      if (!position) return;
      let after = position;
      const stop = subscribeLive(NewRunsDocument, () => ({ filter: filter(), after }), {
        next: ({ runUpdates }) => {
          after = runUpdates.position;
          count(runUpdates.runs, runUpdates.left);
          if (runUpdates.gap) void list.refetch();
        },
      });
      onCleanup(stop);
    }),
  );

  function count(runs: { id: string; createdAt: string }[], left: string[]): void {
    const shown = new Set(list.nodes.map((run) => run.id));
    const oldest = list.hasMore() ? list.nodes.at(-1)?.createdAt : undefined;
    const next = new Set(fresh());
    for (const run of runs) {
      const belongsBelow = oldest !== undefined && run.createdAt < oldest;
      if (!shown.has(run.id) && !belongsBelow && next.size < mostCounted) next.add(run.id);
    }
    for (const id of left) next.delete(id);
    setFresh(next);
    // An empty list has no rows to keep in place: show what came.
    if (list.nodes.length === 0 && next.size > 0 && !list.refreshing()) void list.refetch({ fromTop: true });
  }

  onCleanup(() => rows.dispose());
  return {
    newCount: () => fresh().size,
    showNew: () => {
      window.scrollTo({ top: 0 });
      void list.refetch({ fromTop: true });
    },
  };
}
