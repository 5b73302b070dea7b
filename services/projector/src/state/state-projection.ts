import {
  type Actor,
  type ChannelState,
  type JobState,
  type QueueState,
  type ScheduleState,
  STATE_STREAM,
  type StateEvent,
} from '@jobflow/contracts';
import { pgJson, type Queryable } from '@jobflow/read-model';
import type { Projection } from '../projection/projection.js';
import { type ReadCommits, readCommits } from '../projection/read-commits.js';

/** Folds definitions: each event holds the full state, so the newest wins. */
export function stateProjection(
  moved: (checkpoint: { prev: number; cur: number }) => void,
): Projection<ReadCommits<'state'>> {
  return {
    stream: STATE_STREAM,
    // Only the last 64 states of each subject are kept, so there are gaps.
    gapless: false,
    async load() {},
    async fold(messages) {
      return readCommits('state', messages);
    },
    async write(tx, { commits }) {
      for (const { seq, commit } of commits)
        for (const event of commit.events) await writeState(tx, event, seq, commit.at, commit.by);
    },
    rejectedOf: ({ rejected }) => rejected,
    committed: (_folded, checkpoint) => moved(checkpoint),
  };
}

async function writeState(tx: Queryable, event: StateEvent, seq: number, at: number, by: Actor): Promise<void> {
  switch (event.type) {
    case 'JobSaved':
      return writeJob(tx, event.job, seq, at, by);
    case 'JobDeleted':
      return markDeleted(tx, 'jobs', 'name', event.name, seq, at);
    case 'ScheduleSaved':
      return writeSchedule(tx, event.schedule, seq);
    case 'ScheduleDeleted':
      return markDeleted(tx, 'schedules', 'id', event.id, seq, at);
    case 'QueueSaved':
      return writeNamed(tx, 'queues', 'name', event.queue.name, event.queue, seq);
    case 'QueueDeleted':
      return markDeleted(tx, 'queues', 'name', event.name, seq, at);
    case 'ChannelSaved':
      return writeNamed(tx, 'channels', 'id', event.channel.id, event.channel, seq);
    case 'ChannelDeleted':
      return markDeleted(tx, 'channels', 'id', event.id, seq, at);
    case 'EpochNoted':
      return;
    default:
      return event satisfies never;
  }
}

async function writeJob(tx: Queryable, job: JobState, seq: number, at: number, by: Actor): Promise<void> {
  const definition = pgJson(job);
  await tx.query(
    `insert into read.jobs (name, title, kind, queue, priority, tags, enabled, definition, revision, created_at, updated_at, created_by, updated_by, state_seq)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, to_timestamp($10 / 1000.0), to_timestamp($11 / 1000.0), $12, $13, $14)
     on conflict (name) do update set title = excluded.title, kind = excluded.kind, queue = excluded.queue, priority = excluded.priority,
       tags = excluded.tags, enabled = excluded.enabled, definition = excluded.definition, revision = excluded.revision,
       created_at = excluded.created_at, updated_at = excluded.updated_at, created_by = excluded.created_by, updated_by = excluded.updated_by,
       deleted_at = null, state_seq = excluded.state_seq`,
    [
      job.name,
      job.title,
      job.kind,
      job.queue,
      job.priority,
      job.tags,
      job.enabled,
      definition,
      job.revision,
      job.createdAt,
      job.updatedAt,
      job.createdBy ?? null,
      job.updatedBy ?? null,
      seq,
    ],
  );
  await tx.query(
    `insert into read.job_revisions (job, revision, at, actor, definition) values ($1, $2, to_timestamp($3 / 1000.0), $4, $5)
     on conflict (job, revision) do update set at = excluded.at, actor = excluded.actor, definition = excluded.definition`,
    [job.name, job.revision, at, by.actor, definition],
  );
}

async function writeSchedule(tx: Queryable, schedule: ScheduleState, seq: number): Promise<void> {
  await tx.query(
    `insert into read.schedules (id, job, kind, enabled, state, state_seq) values ($1, $2, $3, $4, $5, $6)
     on conflict (id) do update set job = excluded.job, kind = excluded.kind, enabled = excluded.enabled, state = excluded.state,
       state_seq = excluded.state_seq, deleted_at = null`,
    [schedule.id, schedule.job, schedule.kind, schedule.enabled, pgJson(schedule), seq],
  );
}

async function writeNamed(
  tx: Queryable,
  table: string,
  key: string,
  id: string,
  state: QueueState | ChannelState,
  seq: number,
): Promise<void> {
  await tx.query(
    `insert into read.${table} (${key}, state, state_seq) values ($1, $2, $3)
     on conflict (${key}) do update set state = excluded.state, state_seq = excluded.state_seq, deleted_at = null`,
    [id, pgJson(state), seq],
  );
}

async function markDeleted(
  tx: Queryable,
  table: string,
  key: string,
  id: string,
  seq: number,
  at: number,
): Promise<void> {
  await tx.query(`update read.${table} set deleted_at = to_timestamp($2 / 1000.0), state_seq = $3 where ${key} = $1`, [
    id,
    at,
    seq,
  ]);
}
