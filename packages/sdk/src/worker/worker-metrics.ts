import type { RunEvent } from '@jobflow/contracts';
import { metric } from '@jobflow/platform';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

const DURATIONS = [0.001, 0.005, 0.025, 0.1, 0.5, 1, 5, 15, 60, 300, 1800];

export interface WorkerMetrics {
  ended(event: RunEvent, ms: number): void;
}

/** What a worker counts. */
export function createWorkerMetrics(
  registry: Registry,
  now: { active(): number; parked(): number; limited(): number },
): WorkerMetrics {
  const counted = new Map<string, number>();
  metric(registry, 'jobflow_attempts_total', (name) => {
    const help = 'Attempts by how they ended';
    return new Counter({
      name,
      help,
      labelNames: ['outcome'],
      registers: [registry],
      // Counted here in between: a counter with labels costs as much as a short run.
      collect() {
        for (const [outcome, count] of counted) this.inc({ outcome }, count);
        counted.clear();
      },
    });
  });
  const durations = metric(registry, 'jobflow_attempt_seconds', (name) => {
    const help = 'From the start of an attempt to its recorded outcome';
    return new Histogram({ name, help, buckets: DURATIONS, registers: [registry] });
  });
  gauge(registry, 'jobflow_attempts_active', 'Handlers that run', now.active);
  gauge(registry, 'jobflow_suspects_parked', 'Messages that are checked before they may start', now.parked);
  gauge(registry, 'jobflow_limited_waiting', 'Runs that wait here for a permit or their turn', now.limited);
  return {
    ended(event, ms) {
      counted.set(event.type, (counted.get(event.type) ?? 0) + 1);
      durations.observe(ms / 1000);
    },
  };
}

function gauge(registry: Registry, name: string, help: string, read: () => number): void {
  metric(
    registry,
    name,
    () =>
      new Gauge({
        name,
        help,
        registers: [registry],
        collect() {
          this.set(read());
        },
      }),
  );
}
