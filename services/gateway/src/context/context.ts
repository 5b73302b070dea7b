import { type Actor, encodePosition, mergePositions, type Position, ZERO } from '@jobflow/contracts';
import type { Clock, EventLog, Logger, NatsLink, SecretBox, StateStore } from '@jobflow/platform';
import type { Db } from '@jobflow/read-model';
import type { Passwords } from '../auth/passwords.js';
import type { Principal } from '../auth/principal.js';
import type { RefreshCookie } from '../auth/refresh-cookie.js';
import type { RefreshSessions } from '../auth/refresh-sessions.js';
import type { SignIn } from '../auth/sign-in.js';
import type { BulkWork } from '../bulk/bulk-worker.js';
import type { ApiError } from '../errors/api-error.js';
import { positionExpired, timeout, unauthenticated } from '../errors/refusals.js';
import type { SystemHealth } from '../health/system-health.js';
import { requestLimits } from '../limits/request-limits.js';
import type { GatewayConfig } from '../server/gateway-config.js';
import type { LiveFeed } from '../subscriptions/live-tick.js';
import type { Loaders } from './loaders.js';

/** What lives as long as the process and every resolver may use. */
export interface Services {
  readonly config: GatewayConfig;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly db: Db;
  readonly link: NatsLink;
  readonly log: EventLog;
  readonly stateStore: StateStore;
  readonly live: LiveFeed;
  /** Seals webhook secrets and the like. */
  readonly secretBox: SecretBox;
  readonly auth: AuthParts;
  readonly health: SystemHealth;
  readonly bulk: BulkWork;
  readonly version: string;
  /** Whether the position lies behind the end of the log, so that no waiting will help: the log was replaced. */
  readonly isBeyondLog: (position: Position) => Promise<boolean>;
}

export interface AuthParts {
  readonly signIn: SignIn;
  readonly passwords: Passwords;
  readonly sessions: RefreshSessions;
  /** Makes every gateway look everybody up anew: to be called after somebody's role, session or key changed. */
  readonly changed: () => Promise<void>;
}

/** The positions of one request. Write with `notePosition`. */
export interface RequestPositions {
  /** What the client asked to read at or after (`x-jobflow-position`). It is waited for before any resolver runs. */
  readonly wanted?: Position;
  /** What was sent instead of a position is none. */
  readonly fault?: ApiError;
  /** How far the read model was, at least, when the first resolver read it. */
  seen?: Position;
  /** What this request's mutations wrote. */
  written?: Position;
}

/** The GraphQL context: of one request, or of one frame of a subscription. */
export interface Context extends Services {
  /** Undefined when nobody is signed in: only fields with `@Auth(null)` ever see that. */
  readonly principal?: Principal;
  /** Why there is no principal although a credential was sent. */
  readonly authFault?: ApiError;
  /** The principal's id, for `by` in commits and `createdBy`; `anonymous` when nobody is signed in. */
  readonly actor: string;
  readonly correlationId: string;
  readonly positions: RequestPositions;
  readonly loaders: Loaders;
  /** Only over HTTP. */
  readonly cookie?: RefreshCookie;
  /** A browser sent this from another site. */
  readonly foreignOrigin: boolean;
  /** The Idempotency-Key header, if one was sent. */
  readonly idempotencyKey?: string;
  /** The trace that this request belongs to, and so do the runs it makes: the traceparent header, if it was a valid one. */
  readonly traceparent?: string;
  /** The client's address; empty for none. */
  readonly address: string;
  /** Aborts when the subscription ended or its client went away; never for a query or mutation over HTTP. */
  readonly signal: AbortSignal;
}

/** Remembers what a mutation wrote, so that the answer can carry its position. */
export function notePosition(ctx: Context, written: Partial<Position>): void {
  ctx.positions.written = mergePositions(ctx.positions.written ?? ZERO, { ...ZERO, ...written });
}

/**
 * Waits until the read model has passed what the client wants to read at or after, and what this request wrote.
 * Queries and subscriptions have done so before their first resolver; a mutation that reads calls it itself.
 */
export async function catchUp(ctx: Context): Promise<void> {
  const { wanted, written, fault } = ctx.positions;
  if (fault) throw fault;
  const until = mergePositions(wanted ?? ZERO, written ?? ZERO);
  if (!(await waitFor(ctx, until))) {
    const lagMs = Math.max(requestLimits.positionWaitMs, Math.round(Math.min(ctx.live.silentForMs(), 86_400_000)));
    throw timeout('The read model has not caught up with your last write yet. Ask again in a moment.', lagMs);
  }
  ctx.positions.seen ??= ctx.live.position();
}

/** Most positions are passed within milliseconds; for one that is not, it is worth asking whether it ever will be. */
const soonMs = 200;

async function waitFor(ctx: Context, until: Position): Promise<boolean> {
  if (await ctx.live.waitForPosition(until, soonMs)) return true;
  if (await ctx.isBeyondLog(until)) throw positionExpired();
  return ctx.live.waitForPosition(until, requestLimits.positionWaitMs - soonMs);
}

/** The position of this answer, for clients: what was written is at or before it, what was read is at or after it. */
export function answerPosition(ctx: Context): string {
  const { wanted, written, seen } = ctx.positions;
  return encodePosition(mergePositions(seen ?? ctx.live.position(), mergePositions(wanted ?? ZERO, written ?? ZERO)));
}

/** Who is signed in, where the guard has made sure that somebody is. */
export function principalOf(ctx: Context): Principal {
  if (!ctx.principal) throw ctx.authFault ?? unauthenticated();
  return ctx.principal;
}

/** The `by` of this request's commits. */
export const byOf = (ctx: Pick<Context, 'actor'>, reason?: string): Actor =>
  reason === undefined ? { actor: ctx.actor } : { actor: ctx.actor, reason };
