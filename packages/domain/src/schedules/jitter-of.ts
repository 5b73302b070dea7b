import { fnv1a } from '@jobflow/contracts';

/** How much later than its tick a run is queued: 0 to `jitterMs`, the same for everyone who asks about this tick. */
export const jitterOf = (scheduleId: string, tick: number, jitterMs: number): number =>
  jitterMs > 0 ? Math.floor((fnv1a(`${scheduleId}:${tick}`) / 2 ** 32) * (jitterMs + 1)) : 0;
