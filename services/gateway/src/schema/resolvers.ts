import 'reflect-metadata';
import { SystemResolver } from '../health/system-resolver.js';
import { ApiKeyResolver } from '../users/api-key-resolver.js';
import { AuditResolver } from '../users/audit-resolver.js';
import { SessionResolver } from '../users/session-resolver.js';
import { UserResolver } from '../users/user-resolver.js';
import type { ResolverClass } from './build-schema.js';
import { domainResolvers } from './domain-resolvers.js';

/** Every resolver class of the API, in one list: a class that is not here does not exist for clients. */
export const resolvers: readonly ResolverClass[] = [
  SystemResolver,
  SessionResolver,
  UserResolver,
  ApiKeyResolver,
  AuditResolver,
  ...domainResolvers,
];
