import type { Logger } from 'pino';

const TELL_EVERY_MS = 5_000;

/** What goes wrong goes wrong a thousand times a second: each kind of trouble is told every 5 s, with how often. */
export function troubleReporter(logger: Logger, now: () => number): (what: string, error: unknown) => void {
  const told = new Map<string, { at: number; times: number }>();
  return (what, error) => {
    const before = told.get(what);
    if (before && now() - before.at < TELL_EVERY_MS) {
      before.times += 1;
      return;
    }
    if (told.size > 100) told.clear();
    told.set(what, { at: now(), times: 0 });
    const reason = error instanceof Error ? error.message : error;
    logger.warn({ ...(reason !== undefined && { reason }), ...(before?.times && { timesMore: before.times }) }, what);
  };
}
