import { createEffect, createMemo, on, onCleanup } from 'solid-js';
import { query } from '../api/api-client';
import type { ListState } from '../api/create-list';
import { type JobCardPartsFragment, JobRunsDocument, JobsDocument, type JobsQuery } from '../generated/graphql';
import { frameBuffer } from '../live/frame-buffer';
import { subscribeLive } from '../live/live-connection';

/** A card's counters are fetched again at most this often while its job runs. */
const refreshEveryMs = 1_000;
const mostAtOnce = 200;

type Card = JobCardPartsFragment;

/**
 * Keeps the cards shown current: a run's status is put on its card with the next frame, what the server counts (success
 * rate, waiting, outcomes) follows within a second.
 */
export function useLiveJobs(list: ListState<JobsQuery, Card>): void {
  const stale = new Set<string>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let position: string | undefined;

  const buffer = frameBuffer<NonNullable<Card['lastRun']> & { job: string }>((runs) => {
    list.patch((cards) => {
      const byName = new Map(cards.map((card) => [card.name, card]));
      for (const { job, ...run } of runs) {
        const card = byName.get(job);
        if (card && isNewer(run, card.lastRun)) card.lastRun = run;
      }
    });
  });

  async function refresh() {
    timer = undefined;
    const names = [...stale].slice(0, mostAtOnce);
    for (const name of names) stale.delete(name);
    const result = await query(JobsDocument, { filter: { names }, first: mostAtOnce, after: null });
    const fresh = new Map((result.data?.jobs?.nodes ?? []).map((card) => [card.name, structuredClone(card)]));
    list.patch((cards) => {
      for (const card of cards) {
        const next = fresh.get(card.name);
        if (next) Object.assign(card, next, isNewer(card.lastRun, next.lastRun) ? { lastRun: card.lastRun } : {});
      }
    });
    if (stale.size > 0) timer ??= setTimeout(refresh, refreshEveryMs);
  }

  const names = createMemo(() => list.nodes.map((card) => card.name).join('\n'));
  createEffect(
    on(names, (joined) => {
      if (joined === '') return;
      position ??= list.head()?.position ?? undefined;
      const jobs = joined.split('\n');
      const stop = subscribeLive(JobRunsDocument, () => ({ filter: { jobs }, after: position ?? null }), {
        next: ({ runUpdates }) => {
          position = runUpdates.position;
          for (const run of runUpdates.runs) {
            buffer.push(run.job, run);
            stale.add(run.job);
          }
          if (stale.size > 0) timer ??= setTimeout(refresh, refreshEveryMs);
          if (runUpdates.gap) void list.refetch();
        },
      });
      onCleanup(stop);
    }),
  );
  onCleanup(() => {
    buffer.dispose();
    clearTimeout(timer);
  });
}

type LastRun = Pick<NonNullable<Card['lastRun']>, 'id' | 'createdAt' | 'revision'>;

/** The same run: the higher revision. Another one: the later created. */
function isNewer(run: LastRun | null, than: LastRun | null): boolean {
  if (!run) return false;
  if (!than) return true;
  if (run.id === than.id) return run.revision > than.revision;
  return run.createdAt > than.createdAt;
}
