import { isTerminal, type Json } from '@jobflow/contracts';
import { firstIdAt } from '@jobflow/read-model';
import { badUserInput } from '../errors/refusals.js';
import { anywhere, Conditions } from '../paging/conditions.js';
import type { RunFilter } from './run-filter.js';
import { isRunId } from './run-ids.js';

/** A filter as SQL over read.runs; both parts share one list of parameters. */
export interface RunConditions {
  /** What a run meets all its life or never. */
  fixed: Conditions;
  /** What it may begin or cease to meet. */
  moving: Conditions;
  params: unknown[];
  /** Both. */
  sql: string;
  /** Whether a run that meets the filter may cease to: not if it is about the ends of runs only, which are final. */
  canLeave: boolean;
}

const DAY_MS = 86_400_000;

/** @param jobs the only jobs the client may see; undefined: all */
export function runConditions(filter: RunFilter | null | undefined, jobs?: readonly string[]): RunConditions {
  const params: unknown[] = [];
  const fixed = new Conditions(params);
  const moving = new Conditions(params);
  if (filter) {
    addFixed(fixed, filter);
    addMoving(moving, filter);
  }
  fixed.add('job = any(?::text[])', jobs);
  const final = moving.texts.length === 1 && filter?.statuses?.every(isTerminal) === true;
  return { fixed, moving, params, sql: `${fixed.sql} and ${moving.sql}`, canLeave: moving.texts.length > 0 && !final };
}

function addFixed(fixed: Conditions, filter: RunFilter): void {
  fixed
    .add('id = any(?::uuid[])', filter.ids?.filter(isRunId))
    .add('job = any(?::text[])', filter.jobs)
    .add('queue = any(?::text[])', filter.queues)
    .add('tags && ?::text[]', filter.tags)
    .add('kind = any(?::text[])', filter.kinds)
    .add('created_at >= ?', filter.createdAfter)
    .add('created_at < ?', filter.createdBefore)
    .add('flow_id = ?::uuid', uuid(filter.flowId, 'flowId', 'a flow'))
    .add('schedule_id = ?', filter.scheduleId)
    .add('retry_of = ?::uuid', uuid(filter.retryOf, 'retryOf'))
    .add('created_by = ?', filter.createdBy)
    .add('idempotency_key = ?', filter.idempotencyKey)
    .add('unique_key = ?', filter.uniqueKey);
  // Ids are ordered by time, and tables are cut by id: this spares whole days. A day of slack for clocks.
  if (filter.createdAfter) fixed.always('id >= ?::uuid', firstIdAt(filter.createdAfter.getTime() - DAY_MS));
  if (filter.createdBefore) fixed.always('id < ?::uuid', firstIdAt(filter.createdBefore.getTime() + DAY_MS));
  for (const { path, equals } of filter.input ?? []) addMatch(fixed, path.split('.'), equals);
}

/** Inputs are kept as they came, so plain values are compared as text; in an object the order of keys says nothing. */
function addMatch(fixed: Conditions, path: string[], equals: Json): void {
  const found = `input #> ${fixed.param(path)}::text[]`;
  const wanted = fixed.param(JSON.stringify(equals));
  if (typeof equals !== 'object' || equals === null) fixed.always(`(${found})::text = ${wanted}`);
  // What jsonb cannot hold is equal to nothing.
  else fixed.always(`case when (${found})::text not like '%\\u0000%' then (${found})::jsonb = ${wanted}::jsonb end`);
}

function addMoving(moving: Conditions, filter: RunFilter): void {
  moving
    .add('status = any(?::text[])', filter.statuses)
    .add('priority >= ?', filter.priorityMin)
    .add('priority <= ?', filter.priorityMax)
    .add('started_at >= ?', filter.startedAfter)
    .add('started_at < ?', filter.startedBefore)
    .add('finished_at >= ?', filter.finishedAfter)
    .add('finished_at < ?', filter.finishedBefore)
    .add('due_at >= ?', filter.dueAfter)
    .add('due_at < ?', filter.dueBefore)
    .add('duration_ms > ?', filter.durationOverMs)
    .add('duration_ms < ?', filter.durationUnderMs)
    .add('wait_ms > ?', filter.waitOverMs)
    .add('attempt >= ?', filter.attemptMin)
    .add(`error ->> 'message' ilike ?`, filter.errorContains && anywhere(filter.errorContains))
    .add('fingerprint = any(?::text[])', filter.fingerprints)
    .add('dead_letter = any(?::text[])', filter.deadLetter)
    .add('worker_id = ?', filter.workerId)
    .add('operations @> array[?]::uuid[]', uuid(filter.operationId, 'operationId', 'a bulk operation'));
  if (filter.search) addSearch(moving, filter.search);
}

/** Free text: the beginning of an id, part of the job's name or of the error, or a whole tag or key. */
function addSearch(moving: Conditions, search: string): void {
  const like = moving.param(anywhere(search));
  const plain = moving.param(search);
  moving.always(
    `id::text like lower(${plain}) || '%' or job ilike ${like} or error ->> 'message' ilike ${like} or ${plain} = any(tags) ` +
      `or idempotency_key = ${plain} or unique_key = ${plain}`,
  );
}

function uuid(value: string | null | undefined, field: string, what = 'a run'): string | null | undefined {
  if (value && !isRunId(value)) throw badUserInput({ [`filter.${field}`]: `is not the id of ${what}` });
  return value;
}
