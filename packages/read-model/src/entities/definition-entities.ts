import type { ChannelState, JobKind, JobState, QueueState, ScheduleState } from '@jobflow/contracts';
import { defineEntity } from '@mikro-orm/core';
import { column } from './columns.js';

export const JobEntity = defineEntity({
  name: 'Job',
  tableName: 'read.jobs',
  properties: {
    name: column.text().primary(),
    title: column.text(),
    kind: column.text<JobKind>(),
    queue: column.text(),
    priority: column.small(),
    tags: column.texts(),
    enabled: column.flag(),
    definition: column.json<JobState>(),
    revision: column.int(),
    created_at: column.instant(),
    updated_at: column.instant(),
    created_by: column.text().nullable(),
    updated_by: column.text().nullable(),
    deleted_at: column.instant().nullable(),
    state_seq: column.big(),
  },
});

export const JobRevisionEntity = defineEntity({
  name: 'JobRevision',
  tableName: 'read.job_revisions',
  properties: {
    job: column.text().primary(),
    revision: column.int().primary(),
    at: column.instant(),
    actor: column.text(),
    definition: column.json<JobState>(),
  },
});

export const QueueEntity = defineEntity({
  name: 'Queue',
  tableName: 'read.queues',
  properties: {
    name: column.text().primary(),
    state: column.json<QueueState>(),
    deleted_at: column.instant().nullable(),
    state_seq: column.big(),
  },
});

export const ScheduleEntity = defineEntity({
  name: 'Schedule',
  tableName: 'read.schedules',
  properties: {
    id: column.text().primary(),
    job: column.text(),
    kind: column.text<ScheduleState['kind']>(),
    enabled: column.flag(),
    state: column.json<ScheduleState>(),
    deleted_at: column.instant().nullable(),
    state_seq: column.big(),
  },
});

/** What has happened to a schedule: apart from its definition, since it comes from another stream, in its own order. */
export const ScheduleTickEntity = defineEntity({
  name: 'ScheduleTick',
  tableName: 'read.schedule_ticks',
  properties: {
    schedule_id: column.text().primary(),
    last_tick: column.instant(),
    last_fired_at: column.instant().nullable(),
    last_run_id: column.uuid().nullable(),
  },
});

export const ScheduleFireEntity = defineEntity({
  name: 'ScheduleFire',
  tableName: 'read.schedule_fires',
  properties: {
    schedule_id: column.text().primary(),
    tick: column.instant().primary(),
    /** Of a schedule that follows another job: the run that ended; otherwise all zeros. */
    after_run: column.uuid().primary(),
    outcome: column.text(),
    why: column.text().nullable(),
    run_id: column.uuid().nullable(),
  },
});

export const ChannelEntity = defineEntity({
  name: 'Channel',
  tableName: 'read.channels',
  properties: {
    id: column.text().primary(),
    state: column.json<ChannelState>(),
    deleted_at: column.instant().nullable(),
    state_seq: column.big(),
  },
});
