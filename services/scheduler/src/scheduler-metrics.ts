import { metric } from '@jobflow/platform';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

export interface SchedulerMetrics {
  /** A run was queued so many seconds after its time. */
  queued(lateSeconds: number): void;
  ticked(outcome: 'fired' | 'skipped', count: number): void;
  /** A tick was appended so many seconds after its time. */
  tickLate(seconds: number): void;
  /** Runs that had lost their message. */
  reconciled(count: number): void;
  gauge(name: string, help: string, value: () => number): void;
}

const buckets = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30, 120];

export function createSchedulerMetrics(registry: Registry): SchedulerMetrics {
  const registers = [registry];
  const histogram = (name: string, help: string) =>
    metric(registry, name, () => new Histogram({ name, help, buckets, registers }));
  const late = histogram('jobflow_scheduler_run_late_seconds', 'How long after its time a run was queued.');
  const tickLate = histogram('jobflow_scheduler_tick_late_seconds', 'How long after its time a tick was recorded.');
  const ticks = metric(
    registry,
    'jobflow_scheduler_ticks_total',
    (name) => new Counter({ name, help: 'Ticks recorded, by outcome.', labelNames: ['outcome'], registers }),
  );
  const reconciled = metric(
    registry,
    'jobflow_scheduler_reconciled_total',
    (name) =>
      new Counter({ name, help: 'Queued runs that had lost their message, and were queued again: 0.', registers }),
  );
  return {
    reconciled: (count) => reconciled.inc(count),
    queued: (seconds) => late.observe(Math.max(0, seconds)),
    tickLate: (seconds) => tickLate.observe(Math.max(0, seconds)),
    ticked: (outcome, count) => ticks.inc({ outcome }, count),
    gauge(name, help, value) {
      metric(
        registry,
        name,
        () =>
          new Gauge({
            name,
            help,
            registers,
            collect() {
              this.set(value());
            },
          }),
      );
    },
  };
}
