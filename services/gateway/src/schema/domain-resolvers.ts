import { BulkResolver } from '../bulk/bulk-resolver.js';
import { ChannelFields } from '../channels/channel-fields.js';
import { ChannelResolver } from '../channels/channel-resolver.js';
import { DeadLetterResolver } from '../dead-letters/dead-letter-resolver.js';
import { DeliveryResolver } from '../deliveries/delivery-resolver.js';
import { EnqueueResolver } from '../enqueue/enqueue-resolver.js';
import { FlowResolver } from '../flows/flow-resolver.js';
import { RunFlowFields } from '../flows/run-flow-fields.js';
import { HandlerResolver } from '../handlers/handler-resolver.js';
import { JobFields } from '../jobs/job-fields.js';
import { JobResolver } from '../jobs/job-resolver.js';
import { JobSubscriptions } from '../jobs/job-subscriptions.js';
import { TagsResolver } from '../jobs/tags-resolver.js';
import { QueueFields } from '../queues/queue-fields.js';
import { QueueResolver } from '../queues/queue-resolver.js';
import { RunFields } from '../runs/run-fields.js';
import { RunResolver } from '../runs/run-resolver.js';
import { RunSubscriptions } from '../runs/run-subscriptions.js';
import { ScheduleCommands } from '../schedules/schedule-commands.js';
import { ScheduleFields } from '../schedules/schedule-fields.js';
import { ScheduleResolver } from '../schedules/schedule-resolver.js';
import { SecretResolver } from '../secrets/secret-resolver.js';
import { StatsResolver } from '../stats/stats-resolver.js';
import { WorkerFields } from '../workers/worker-fields.js';
import { WorkerResolver } from '../workers/worker-resolver.js';
import type { ResolverClass } from './build-schema.js';

/** What Jobflow is about: jobs, runs, schedules, queues, workers, channels. */
export const domainResolvers: readonly ResolverClass[] = [
  JobResolver,
  JobFields,
  JobSubscriptions,
  TagsResolver,
  HandlerResolver,
  EnqueueResolver,
  RunResolver,
  RunFields,
  RunSubscriptions,
  FlowResolver,
  RunFlowFields,
  ScheduleResolver,
  ScheduleCommands,
  ScheduleFields,
  QueueResolver,
  QueueFields,
  WorkerResolver,
  WorkerFields,
  ChannelResolver,
  ChannelFields,
  DeliveryResolver,
  SecretResolver,
  StatsResolver,
  BulkResolver,
  DeadLetterResolver,
];
