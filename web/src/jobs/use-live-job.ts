import { createEffect, on, onCleanup } from 'solid-js';
import type { QueryState } from '../api/create-query';
import { type JobQuery, JobRunsDocument } from '../generated/graphql';
import { subscribeLive } from '../live/live-connection';

const refreshEveryMs = 1_000;

/** Fetches one job's page again, at most once a second, while its runs change. */
export function useLiveJob(name: () => string, state: QueryState<JobQuery>): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let position: string | undefined;
  createEffect(
    on(name, (job) => {
      position = undefined;
      const stop = subscribeLive(
        JobRunsDocument,
        () => ({ filter: { jobs: [job] }, after: position ?? state.data()?.position ?? null }),
        {
          next: ({ runUpdates }) => {
            position = runUpdates.position;
            if (runUpdates.runs.length === 0 && !runUpdates.gap) return;
            timer ??= setTimeout(() => {
              timer = undefined;
              void state.refetch();
            }, refreshEveryMs);
          },
        },
      );
      onCleanup(stop);
    }),
  );
  onCleanup(() => clearTimeout(timer));
}
