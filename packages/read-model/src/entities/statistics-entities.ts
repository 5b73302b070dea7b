import type { RunStatus } from '@jobflow/contracts';
import { defineEntity } from '@mikro-orm/core';
import { column } from './columns.js';

/** How one ended run of a job went. */
export interface Outcome {
  runId: string;
  status: RunStatus;
  durationMs: number | null;
  finishedAt: number;
}

/** How many runs are in each status now: kept by the fold, never counted. */
const counters = () => ({
  scheduled: column.big(),
  blocked: column.big(),
  queued: column.big(),
  running: column.big(),
  retrying: column.big(),
  succeeded: column.big(),
  failed: column.big(),
  cancelled: column.big(),
  expired: column.big(),
});

export const JobStatsEntity = defineEntity({
  name: 'JobStats',
  tableName: 'read.job_stats',
  properties: {
    job: column.text().primary(),
    ...counters(),
    last_run_id: column.uuid().nullable(),
    last_status: column.text<RunStatus>().nullable(),
    last_at: column.instant().nullable(),
    /** The last 100, oldest first. */
    outcomes: column.json<Outcome[]>(),
    duration_sum_ms: column.big(),
    duration_count: column.big(),
    changed_seq: column.big(),
  },
});

export const QueueStatsEntity = defineEntity({
  name: 'QueueStats',
  tableName: 'read.queue_stats',
  properties: { queue: column.text().primary(), ...counters(), dead_letters: column.big() },
});

/** What happened in a minute. Bin n of a histogram counts what took less than 2^n ms and did not fit bin n − 1. */
export const MinuteStatsEntity = defineEntity({
  name: 'MinuteStats',
  tableName: 'read.minute_stats',
  properties: {
    at: column.instant().primary(),
    queue: column.text().primary(),
    job: column.text().primary(),
    kind: column.text().primary(),
    enqueued: column.big(),
    started: column.big(),
    succeeded: column.big(),
    failed: column.big(),
    retried: column.big(),
    cancelled: column.big(),
    expired: column.big(),
    duration_sum_ms: column.big(),
    duration_count: column.big(),
    wait_sum_ms: column.big(),
    wait_hist: column.ints(),
    run_hist: column.ints(),
  },
});
