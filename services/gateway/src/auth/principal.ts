import { registerEnumType } from 'type-graphql';
import { forbidden } from '../errors/refusals.js';
import type { Role } from './role.js';

export const PrincipalKind = { USER: 'USER', API_KEY: 'API_KEY' } as const;
export type PrincipalKind = (typeof PrincipalKind)[keyof typeof PrincipalKind];
registerEnumType(PrincipalKind, { name: 'PrincipalKind' });

/** Who is asking, as proven by an access token or an API key. */
export interface Principal {
  /** The user's UUID or the key's id; also the actor in commits and in the audit log. */
  readonly id: string;
  readonly kind: PrincipalKind;
  /** The user behind it: a key's maker, or the user itself. */
  readonly ownerId: string;
  readonly role: Role;
  /** The user's email or the key's name. */
  readonly name: string;
  readonly email?: string;
  /** The only jobs an API key may touch; absent: all. */
  readonly jobs?: readonly string[];
  /** The sign-in an access token came from (its refresh family). */
  readonly sessionId?: string;
  /** When the token or key stops being good, epoch ms. */
  readonly expiresAt?: number;
}

/** Whether this principal may touch the job: only keys are narrowed to some jobs. */
export const mayUseJob = (principal: Principal | undefined, job: string): boolean =>
  !principal?.jobs || principal.jobs.includes(job);

/** Throws FORBIDDEN when the key is narrowed to other jobs. To be called by whatever starts or changes a job or run. */
export function requireJob(principal: Principal | undefined, job: string): void {
  if (!mayUseJob(principal, job)) throw forbidden(`This API key is not allowed to use the job ${JSON.stringify(job)}.`);
}

/** Throws FORBIDDEN for a key that is narrowed to some jobs, where an operation reaches beyond any one job. */
export function requireAllJobs(principal: Principal | undefined, what: string): void {
  if (principal?.jobs) throw forbidden(`This API key is limited to some jobs, so it cannot ${what}.`);
}
