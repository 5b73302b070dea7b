import type { DeliveryEvent, WorkerBeat } from '@jobflow/contracts';
import { defineEntity } from '@mikro-orm/core';
import { column } from './columns.js';

export type DeliveryStatus = 'PENDING' | 'RETRYING' | 'SUCCEEDED' | 'FAILED' | 'SUPPRESSED';
export type DeliveryAttempt = Extract<DeliveryEvent, { type: 'DeliveryAttempted' }>['attempt'];
export type ChannelKindName = Extract<DeliveryEvent, { type: 'DeliveryQueued' }>['kind'];

export const WorkerEntity = defineEntity({
  name: 'Worker',
  tableName: 'read.workers',
  properties: {
    id: column.text().primary(),
    beat: column.json<WorkerBeat>(),
    status: column.text<WorkerBeat['status']>(),
    lastHeartbeatAt: column.instant(),
    startedAt: column.instant(),
  },
});

export const DeliveryEntity = defineEntity({
  name: 'Delivery',
  tableName: 'read.deliveries',
  properties: {
    id: column.uuid().primary(),
    channelId: column.text().nullable(),
    kind: column.text<ChannelKindName>(),
    target: column.text(),
    url: column.text().nullable(),
    runId: column.uuid().nullable(),
    job: column.text().nullable(),
    event: column.text(),
    body: column.text(),
    status: column.text<DeliveryStatus>(),
    reason: column.text().nullable(),
    attempts: column.json<DeliveryAttempt[]>(),
    nextAttemptAt: column.instant().nullable(),
    createdAt: column.instant(),
    changedSeq: column.big(),
  },
});
