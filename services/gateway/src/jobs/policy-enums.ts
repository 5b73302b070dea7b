import {
  Backoff as BackoffSchema,
  DeliveryGuarantee as GuaranteeSchema,
  Jitter as JitterSchema,
  JobKind as JobKindSchema,
  LogLevel as LogLevelSchema,
} from '@jobflow/contracts';
import { registerEnumType } from 'type-graphql';

export const JobKind = JobKindSchema.enum;
export const LogLevel = LogLevelSchema.enum;
export const Backoff = BackoffSchema.enum;
export const Jitter = JitterSchema.enum;
export const DeliveryGuarantee = GuaranteeSchema.enum;

registerEnumType(JobKind, { name: 'JobKind' });
registerEnumType(LogLevel, { name: 'LogLevel' });
registerEnumType(Backoff, { name: 'Backoff' });
registerEnumType(Jitter, { name: 'Jitter' });
registerEnumType(DeliveryGuarantee, { name: 'DeliveryGuarantee' });
