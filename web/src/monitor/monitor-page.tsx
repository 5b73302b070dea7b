import { createEffect, For, Match, on, onCleanup, Show, Switch } from 'solid-js';
import { createQuery, type QueryState } from '../api/create-query';
import {
  LiveHealthDocument,
  LiveQueuesDocument,
  LiveStatsDocument,
  LiveWorkersDocument,
  MonitorDocument,
  type MonitorQuery,
} from '../generated/graphql';
import { frameBuffer } from '../live/frame-buffer';
import { subscribeLive } from '../live/live-connection';
import { AfterDelay } from '../ui/after-delay';
import { ErrorPanel } from '../ui/error-panel';
import { PageHeader } from '../ui/page-header';
import { HealthChecks } from './health-checks';
import { QueueTable } from './queue-table';
import { StatTiles } from './stat-tiles';
import { WorkerTable } from './worker-table';

/** Queues, workers and health, live. */
export default function MonitorPage() {
  const state = createQuery(MonitorDocument, () => ({}));
  useLiveMonitor(state);
  return (
    <>
      <PageHeader title="Monitor" lead="Queues, workers and health, as they are now." />
      <Show when={state.error()}>
        {(error) => (
          <ErrorPanel class="mb-5" what="Some figures could not be loaded" error={error()} onRetry={state.refetch} />
        )}
      </Show>
      <Switch>
        <Match when={state.data()}>
          {(data) => (
            <div class="grid gap-6">
              <Show when={data().stats}>{(stats) => <StatTiles stats={stats()} />}</Show>
              <Show when={data().queues}>{(queues) => <QueueTable queues={queues()} onChanged={state.refetch} />}</Show>
              <Show when={data().workers}>{(workers) => <WorkerTable workers={workers()} />}</Show>
              <Show when={data().health}>{(health) => <HealthChecks health={health()} />}</Show>
            </div>
          )}
        </Match>
        <Match when={state.loading()}>
          <AfterDelay>
            <div class="grid gap-6" aria-hidden="true">
              <div class="grid grid-cols-2 gap-4 lg:grid-cols-4">
                <For each={[1, 2, 3, 4]}>{() => <div class="skeleton h-24 rounded-xl" />}</For>
              </div>
              <div class="skeleton h-56 rounded-xl" />
              <div class="skeleton h-40 rounded-xl" />
            </div>
          </AfterDelay>
        </Match>
      </Switch>
    </>
  );
}

/** Four subscriptions, each of which starts with the state as it is; all drawn together once per frame. */
function useLiveMonitor(state: QueryState<MonitorQuery>): void {
  const buffer = frameBuffer<Partial<MonitorQuery>>((parts) =>
    state.merge(Object.assign({}, ...parts) as Partial<MonitorQuery>),
  );
  createEffect(
    on(
      () => state.data() !== undefined,
      (loaded) => {
        if (!loaded) return;
        const stops = [
          subscribeLive(LiveStatsDocument, () => ({}), { next: ({ stats }) => buffer.push('stats', { stats }) }),
          subscribeLive(LiveQueuesDocument, () => ({}), {
            next: ({ queueUpdates }) => buffer.push('queues', { queues: queueUpdates }),
          }),
          subscribeLive(LiveWorkersDocument, () => ({}), {
            next: ({ workerUpdates }) => buffer.push('workers', { workers: workerUpdates }),
          }),
          subscribeLive(LiveHealthDocument, () => ({}), { next: ({ health }) => buffer.push('health', { health }) }),
        ];
        onCleanup(() => {
          for (const stop of stops) stop();
        });
      },
    ),
  );
  onCleanup(() => buffer.dispose());
}
