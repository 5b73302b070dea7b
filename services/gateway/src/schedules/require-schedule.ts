import type { ScheduleState } from '@jobflow/contracts';
import type { Kept, StateStore } from '@jobflow/platform';
import { requireJob } from '../auth/principal.js';
import type { Context } from '../context/context.js';
import { notFound } from '../errors/refusals.js';

/** A schedule that is there, and whose job the client may use. */
export function requireSchedule(ctx: Pick<Context, 'principal'>, store: StateStore, id: string): Kept<ScheduleState> {
  const kept = store.schedules.get(id);
  if (!kept) throw notFound('schedule', id);
  requireJob(ctx.principal, kept.state.job);
  return kept;
}
