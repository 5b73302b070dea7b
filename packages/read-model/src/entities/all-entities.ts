import {
  ChannelEntity,
  JobEntity,
  JobRevisionEntity,
  QueueEntity,
  ScheduleEntity,
  ScheduleFireEntity,
  ScheduleTickEntity,
} from './definition-entities.js';
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
];
