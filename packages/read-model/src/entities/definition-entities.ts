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
    createdAt: column.instant(),
    updatedAt: column.instant(),
    createdBy: column.text().nullable(),
    updatedBy: column.text().nullable(),
    deletedAt: column.instant().nullable(),
    stateSeq: column.big(),
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
    deletedAt: column.instant().nullable(),
    stateSeq: column.big(),
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
    deletedAt: column.instant().nullable(),
    stateSeq: column.big(),
  },
});

/** What has happened to a schedule: apart from its definition, since it comes from another stream, in its own order. */
export const ScheduleTickEntity = defineEntity({
  name: 'ScheduleTick',
  tableName: 'read.schedule_ticks',
  properties: {
    scheduleId: column.text().primary(),
    lastTick: column.instant(),
    lastFiredAt: column.instant().nullable(),
    lastRunId: column.uuid().nullable(),
  },
});

export const ScheduleFireEntity = defineEntity({
  name: 'ScheduleFire',
  tableName: 'read.schedule_fires',
  properties: {
    scheduleId: column.text().primary(),
    tick: column.instant().primary(),
    outcome: column.text(),
    why: column.text().nullable(),
    runId: column.uuid().nullable(),
  },
});

export const ChannelEntity = defineEntity({
  name: 'Channel',
  tableName: 'read.channels',
  properties: {
    id: column.text().primary(),
    state: column.json<ChannelState>(),
    deletedAt: column.instant().nullable(),
    stateSeq: column.big(),
  },
});
