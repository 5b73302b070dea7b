import { randomUUID } from 'node:crypto';
import { decodePosition } from '@jobflow/contracts';
import { parseTraceparent } from '@jobflow/domain';
import type { Authenticator } from '../auth/authenticator.js';
import type { Principal } from '../auth/principal.js';
import type { RefreshCookie } from '../auth/refresh-cookie.js';
import type { ApiError } from '../errors/api-error.js';
import { badUserInput, unauthenticated, unavailable } from '../errors/refusals.js';
import type { Context, RequestPositions, Services } from './context.js';
import { Loaders } from './loaders.js';

/** What a transport knows of a request. */
export interface Incoming {
  authorization?: string | undefined;
  /** What the client sent as x-jobflow-position. */
  position?: string | undefined;
  correlationId?: string | undefined;
  idempotencyKey?: string | undefined;
  /** The traceparent header as it came. */
  traceparent?: string | undefined;
  address: string;
  cookie?: RefreshCookie;
  foreignOrigin: boolean;
  signal: AbortSignal;
}

export type CreateContext = (incoming: Incoming) => Promise<Context>;

/** For requests that answer at once: nobody waits for their end. */
export const neverAborted: AbortSignal = new AbortController().signal;

export function createContextOf(services: Services, authenticator: Authenticator): CreateContext {
  return async (incoming) => {
    const { principal, fault } = await whoIs(authenticator, incoming.authorization);
    const traceparent = parseTraceparent(incoming.traceparent);
    const { cookie, idempotencyKey, address, foreignOrigin, signal } = incoming;
    return {
      ...services,
      ...(principal ? { principal } : {}),
      ...(fault ? { authFault: fault } : {}),
      ...(cookie ? { cookie } : {}),
      ...(idempotencyKey ? { idempotencyKey } : {}),
      ...(traceparent ? { traceparent } : {}),
      actor: principal?.id ?? 'anonymous',
      correlationId: correlationId(incoming.correlationId),
      positions: readPositions(incoming.position),
      loaders: new Loaders(),
      address,
      foreignOrigin,
      signal,
    };
  };
}

/** The client's own id for a request, if it is a plain one; else a new one. */
export const correlationId = (given: string | undefined): string =>
  given && /^[\w.-]{8,64}$/.test(given) ? given : randomUUID();

async function whoIs(
  authenticator: Authenticator,
  authorization: string | undefined,
): Promise<{ principal?: Principal; fault?: ApiError }> {
  try {
    const { principal, fault } = await authenticator.authenticate(authorization);
    if (principal) return { principal };
    return fault ? { fault: unauthenticated(fault) } : {};
  } catch (error) {
    const cause = error instanceof Error ? error : new Error(String(error));
    return { fault: unavailable('Who you are cannot be checked right now, because the database is away.', cause) };
  }
}

function readPositions(text: string | undefined): RequestPositions {
  if (!text) return {};
  const wanted = decodePosition(text);
  if (wanted) return { wanted };
  return {
    fault: badUserInput({ 'x-jobflow-position': 'is not a position of this API; send back what an answer gave you' }),
  };
}
