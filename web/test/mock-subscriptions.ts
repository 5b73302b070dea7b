import { operationFrames } from './mock-bulk.ts';
import { mockStats } from './mock-fields.ts';
import { makeHealth } from './mock-platform.ts';
import { iso, type MockRun } from './mock-runs.ts';
import { type Args, type MockState, matches } from './mock-state.ts';

/** The root fields of subscriptions, over the fixtures. */
export function mockSubscriptions(state: MockState): Record<string, object> {
  const { now, listeners, log, queues, workers } = state;

  async function* changes(filter: Args | null) {
    const waiting: MockRun[] = [];
    let wake = () => {};
    const listener = (run: MockRun) => {
      waiting.push(run);
      wake();
    };
    listeners.add(listener);
    try {
      while (true) {
        if (waiting.length === 0) await new Promise<void>((resolve) => (wake = resolve));
        const batch = waiting.splice(0).filter((run) => matches(run, filter));
        if (batch.length > 0)
          yield {
            runUpdates: { runs: batch.map((run) => ({ ...run })), left: [], position: 'p', skipped: 0, gap: false },
          };
      }
    } finally {
      listeners.delete(listener);
    }
  }

  async function* every<T>(ms: number, frame: () => T) {
    while (true) {
      yield frame();
      await new Promise((resolve) => setTimeout(resolve, ms).unref());
    }
  }

  async function* logLines(afterLine: number) {
    const stored = log.filter((it) => (it.line as number) > afterLine);
    yield { runLogs: { lines: stored, dropped: 0, finished: false } };
    let line = log.length;
    while (true) {
      await new Promise((resolve) => setTimeout(resolve, 700).unref());
      line += 1;
      const next = {
        line,
        at: iso(Date.now()),
        level: 'INFO',
        stream: 'LOG',
        attempt: 1,
        message: `Still working, step ${line}`,
      };
      yield { runLogs: { lines: [next], dropped: 0, finished: false } };
    }
  }

  return {
    runUpdates: ({ filter }: Args) => changes(filter ?? null),
    runLogs: ({ afterLine }: Args) => logLines(afterLine ?? 0),
    stats: () => every(1_000, () => ({ stats: mockStats(state) })),
    bulkOperationUpdates: ({ id }: Args) => operationFrames(state, id),
    health: () => every(10_000, () => ({ health: makeHealth(now) })),
    queueUpdates: () => every(1_000, () => ({ queueUpdates: queues })),
    workerUpdates: () => every(2_000, () => ({ workerUpdates: workers })),
  };
}
