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
    last_heartbeat_at: column.instant(),
    started_at: column.instant(),
  },
});

export const DeliveryEntity = defineEntity({
  name: 'Delivery',
  tableName: 'read.deliveries',
  properties: {
    id: column.uuid().primary(),
    channel_id: column.text().nullable(),
    kind: column.text<ChannelKindName>(),
    target: column.text(),
    url: column.text().nullable(),
    run_id: column.uuid().nullable(),
    job: column.text().nullable(),
    event: column.text(),
    body: column.text(),
    status: column.text<DeliveryStatus>(),
    reason: column.text().nullable(),
    attempts: column.json<DeliveryAttempt[]>(),
    next_attempt_at: column.instant().nullable(),
    created_at: column.instant(),
    changed_seq: column.big(),
  },
});
