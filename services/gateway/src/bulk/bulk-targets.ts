import { TERMINAL_STATUSES } from '@jobflow/contracts';
import { firstIdAt } from '@jobflow/read-model';
import { badUserInput } from '../errors/refusals.js';
import { type RunConditions, runConditions } from '../runs/run-conditions.js';
import type { RunFilter } from '../runs/run-filter.js';
import type { FilterAction } from './bulk-enums.js';

const DAY_MS = 86_400_000;
const ended = TERMINAL_STATUSES.map((status) => `'${status}'`).join(', ');

/** Which runs an action can do something to at all. */
const applicable: Record<FilterAction, string> = {
  CANCEL: `status not in (${ended}) and cancel_requested_at is null`,
  RETRY: `status in (${ended})`,
  REDRIVE: `dead_letter = 'OPEN'`,
  DISCARD: `dead_letter = 'OPEN'`,
  RESCHEDULE: `status in ('SCHEDULED', 'RETRYING', 'QUEUED')`,
};

/**
 * The runs of a bulk operation as SQL over read.runs: those that the filter means, that were made at or before `asOf`,
 * that the action applies to and, for a key that is limited to some jobs, that are of these. Refuses a filter that says
 * nothing: one that was left empty by mistake would mean every run there is.
 */
export function bulkTargets(
  action: FilterAction,
  filter: RunFilter,
  asOf: Date,
  jobs: readonly string[] | undefined,
): RunConditions {
  const said = runConditions(filter);
  if (said.fixed.texts.length + said.moving.texts.length === 0) {
    throw badUserInput({ filter: 'may not be empty: say which runs are meant, for example by jobs or statuses' });
  }
  const targets = runConditions(filter, jobs);
  targets.moving.always(applicable[action]);
  targets.fixed.always('created_at <= ?', asOf);
  // Ids are ordered by time, and tables are cut by id: later days are spared.
  targets.fixed.always('id < ?::uuid', firstIdAt(asOf.getTime() + DAY_MS));
  return { ...targets, sql: `${targets.fixed.sql} and ${targets.moving.sql}` };
}
