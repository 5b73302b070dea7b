import { policiesOf, type RunDefinition } from '@jobflow/contracts';
import type { DueRow } from './due-rows.js';

/** A run's definition, as it was given, from its row. */
export function definitionOf(row: DueRow): RunDefinition {
  const { retry, timeout, limits, guarantee, logLevel } = policiesOf(row.policy);
  const optional = {
    spec: row.spec,
    limits,
    guarantee,
    logLevel,
    createdBy: row.created_by,
    expiresAt: row.expires_at?.getTime(),
    idempotencyKey: row.idempotency_key,
    uniqueKey: row.unique_key,
    callbackUrl: row.callback_url,
    scheduleId: row.schedule_id,
    fireAt: row.fire_at?.getTime(),
    retryOf: row.retry_of,
    test: row.test || undefined,
    traceparent: row.traceparent,
    flow: flowOf(row),
  };
  return {
    id: row.id,
    job: row.job,
    jobRevision: row.job_revision,
    kind: row.kind,
    queue: row.queue,
    priority: row.priority,
    // JSON's null is an input like any other; SQL's is none.
    ...(row.has_input && { input: row.input }),
    retry,
    timeout,
    tags: row.tags,
    createdAt: row.created_at.getTime(),
    ...given(optional),
  };
}

function flowOf({ flow_id: id, flow_key: key, input_template: template }: DueRow): RunDefinition['flow'] {
  return id !== null && key !== null ? { id, key, ...(template !== null && { templated: true }) } : undefined;
}

type Given<T> = { [K in keyof T]?: NonNullable<T[K]> };
const given = <T extends object>(fields: T): Given<T> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null && value !== undefined)) as Given<T>;
