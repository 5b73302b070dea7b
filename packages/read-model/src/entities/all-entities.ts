import { BulkFailureEntity, BulkItemEntity, BulkOperationEntity } from './bulk-entities.js';
import {
  ChannelEntity,
  JobEntity,
  JobRevisionEntity,
  QueueEntity,
  ScheduleEntity,
  ScheduleFireEntity,
  ScheduleTickEntity,
} from './definition-entities.js';
import { FlowEntity, FlowNodeEntity } from './flow-entities.js';
import {
  ApiKeyEntity,
  AuditEntity,
  IdempotencyEntity,
  RefreshTokenEntity,
  SecretEntity,
  UniqueKeyEntity,
  UserEntity,
} from './gateway-entities.js';
import { DeliveryEntity, WorkerEntity } from './outside-entities.js';
import {
  CheckpointEntity,
  LogLineEntity,
  OutboxEntity,
  RejectedEntity,
  RunEntity,
  RunEventsEntity,
  RunLogEntity,
} from './run-entities.js';
import { JobStatsEntity, MinuteStatsEntity, QueueStatsEntity } from './statistics-entities.js';

/** Every table there is. */
export const entities = [
  CheckpointEntity,
  RunEntity,
  RunEventsEntity,
  LogLineEntity,
  RunLogEntity,
  RejectedEntity,
  OutboxEntity,
  JobEntity,
  JobRevisionEntity,
  QueueEntity,
  ScheduleEntity,
  ScheduleTickEntity,
  ScheduleFireEntity,
  ChannelEntity,
  JobStatsEntity,
  QueueStatsEntity,
  MinuteStatsEntity,
  WorkerEntity,
  DeliveryEntity,
  UserEntity,
  ApiKeyEntity,
  RefreshTokenEntity,
  SecretEntity,
  IdempotencyEntity,
  UniqueKeyEntity,
  AuditEntity,
  BulkOperationEntity,
  BulkItemEntity,
  BulkFailureEntity,
  FlowEntity,
  FlowNodeEntity,
];

/** The tables as the entities describe them: `read.runs` to `id uuid not null` and so on, in the order of names. */
export function describedTables(): Map<string, string[]> {
  const described = entities.map((entity) => {
    const { schema, tableName, properties } = entity.init().meta;
    const columns = Object.values(properties).map(
      ({ name, columnTypes, nullable }) => `${name} ${columnTypes?.[0]}${nullable ? '' : ' not null'}`,
    );
    return [`${schema}.${tableName}`, columns.toSorted()] as const;
  });
  return new Map(described);
}
