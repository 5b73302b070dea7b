import { createEffect, on, onCleanup } from 'solid-js';
import type { QueryState } from '../api/create-query';
import { type RunHeadPartsFragment, RunHeadUpdatesDocument, type RunPageQuery } from '../generated/graphql';
import { frameBuffer } from '../live/frame-buffer';
import { subscribeLive } from '../live/live-connection';

/** Timeline and attempts cannot be subscribed to: they are fetched again, at most this often, when the run changes. */
const refreshEveryMs = 500;

/** Keeps one run's page current: its head at the next frame, its history shortly after. */
export function useLiveRun(id: () => string, state: QueryState<RunPageQuery>): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const buffer = frameBuffer<RunHeadPartsFragment>((runs) => {
    for (const run of runs) {
      state.patch((data) => {
        if (data.run && data.run.id === run.id && run.revision > data.run.revision) Object.assign(data.run, run);
      });
    }
  });

  createEffect(
    on(
      () => (state.data()?.run?.id === id() ? id() : undefined),
      (loaded) => {
        if (loaded === undefined) return;
        let position = state.data()?.position ?? null;
        const stop = subscribeLive(RunHeadUpdatesDocument, () => ({ id: loaded, after: position }), {
          next: ({ runUpdates }) => {
            position = runUpdates.position;
            for (const run of runUpdates.runs) buffer.push(run.id, run);
            if (runUpdates.runs.length === 0 && !runUpdates.gap) return;
            timer ??= setTimeout(() => {
              timer = undefined;
              void state.refetch();
            }, refreshEveryMs);
          },
        });
        onCleanup(stop);
      },
    ),
  );
  onCleanup(() => {
    buffer.dispose();
    clearTimeout(timer);
  });
}
