import type { Clock } from '@jobflow/platform';
import type { HealthReport, SystemHealth } from './system-health.js';

const everyMs = 2_000;

/** The health now, and then whenever something in it changes, until the signal aborts. */
export async function* healthFrames(
  health: SystemHealth,
  clock: Clock,
  signal: AbortSignal,
): AsyncGenerator<HealthReport, void, void> {
  let shown = '';
  while (!signal.aborted) {
    const report = await health.report();
    const text = JSON.stringify(report.checks.map(({ code, status, message }) => [code, status, message]));
    if (text !== shown) {
      shown = text;
      yield report;
    }
    await pause(clock, everyMs, signal);
  }
}

/** Resolves after a while, or as soon as the signal aborts. */
function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const end = () => {
      timer.cancel();
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = clock.setTimer(ms, end);
    signal.addEventListener('abort', end, { once: true });
  });
}
