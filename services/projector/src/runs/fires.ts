import type { RunDefinition, RunEventOf } from '@jobflow/contracts';

/** A row of read.schedule_fires: what became of one tick of a schedule. */
export interface FireRow {
  schedule_id: string;
  /** Epoch milliseconds. */
  tick: number;
  /** The run whose end fired it, or all zeros. */
  after_run: string;
  outcome: 'fired' | 'skipped';
  why?: string | undefined;
  run_id?: string | undefined;
}

const NONE = '00000000-0000-0000-0000-000000000000';

export const tickedFire = ({
  scheduleId,
  tick,
  after,
  outcome,
  why,
  runId,
}: RunEventOf<'ScheduleTicked'>): FireRow => ({
  schedule_id: scheduleId,
  tick,
  after_run: after?.runId ?? NONE,
  outcome,
  why,
  run_id: runId,
});

/** A run that an operation made for a tick of long ago. Ticks that fire by themselves are told by their own event. */
export const backfilledFire = ({
  id,
  scheduleId,
  fireAt,
  operationId,
}: Pick<RunDefinition, 'id' | 'scheduleId' | 'fireAt' | 'operationId'>): FireRow | undefined =>
  scheduleId === undefined || fireAt === undefined || operationId === undefined
    ? undefined
    : { schedule_id: scheduleId, tick: fireAt, after_run: NONE, outcome: 'fired', run_id: id };

/** What was skipped may run after all; what ran, ran. The same rule holds between batches, in SQL. */
export function noteFire(fires: Map<string, FireRow>, fire: FireRow | undefined): void {
  if (!fire) return;
  const key = `${fire.schedule_id} ${fire.tick} ${fire.after_run}`;
  const known = fires.get(key);
  if (!known || (known.outcome === 'skipped' && fire.outcome === 'fired')) fires.set(key, fire);
}
