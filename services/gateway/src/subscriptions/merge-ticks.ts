import type { LiveTick } from './live-tick.js';

/** More runs with new log lines than this are not told one by one. */
const mostLogs = 2_000;

/** One tick for two that follow each other. */
export function mergeTicks(earlier: LiveTick | undefined, later: LiveTick): LiveTick {
  if (!earlier) return later;
  const reset = earlier.reset || later.reset;
  const logsMany = earlier.logsMany || later.logsMany || earlier.logs.size + later.logs.size > mostLogs;
  return {
    prev: later.reset ? later.prev : earlier.prev,
    cur: later.cur,
    logs: logsMany || later.logs.size === 0 ? earlier.logs : new Set([...earlier.logs, ...later.logs]),
    logsMany,
    deliveries: earlier.deliveries || later.deliveries,
    reset,
  };
}
