import type { ApolloServer } from '@apollo/server';
import { fastifyApolloHandler } from '@as-integrations/fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { createRefreshCookie } from '../auth/refresh-cookie.js';
import type { Context } from '../context/context.js';
import { type CreateContext, correlationId, neverAborted } from '../context/create-context.js';
import { badUserInput, unavailable } from '../errors/refusals.js';
import { requestLimits } from '../limits/request-limits.js';
import { isAllowedOrigin } from '../subscriptions/allowed-origin.js';
import { type EventStreamParts, serveEventStream } from '../subscriptions/event-stream.js';
import { checkRequest } from '../subscriptions/operation-request.js';

export const graphqlPath = '/graphql';

export interface GraphqlRouteParts extends EventStreamParts {
  apollo: ApolloServer<Context>;
  createContext: CreateContext;
  allowedOrigins: readonly string[];
  /** The gateway is reached over https. */
  secure: boolean;
}

/** POST /graphql: one JSON operation, answered as JSON or, if asked for, as an event stream. */
export function addGraphqlRoute(app: FastifyInstance, parts: GraphqlRouteParts): void {
  const answer = fastifyApolloHandler(parts.apollo, {
    context: (request, reply) => contextOf(request, reply, parts, neverAborted),
  });
  app.post(graphqlPath, async (request, reply) => {
    const checked = checkRequest(request.body, true);
    if (!checked.ok) throw badUserInput(checked.fields);
    void reply.header('cache-control', 'no-store').header('x-correlation-id', request.id);
    if (!wantsStream(request)) return answer.call(app, request, reply);
    await stream(request, reply, parts);
    return reply;
  });
}

async function stream(request: FastifyRequest, reply: FastifyReply, parts: GraphqlRouteParts): Promise<void> {
  const checked = checkRequest(request.body);
  if (!checked.ok) throw badUserInput(checked.fields);
  if (parts.watch.count() >= 2 * requestLimits.sockets)
    throw unavailable('This gateway carries as many streams as it can.');
  const gone = new AbortController();
  const ctx = await contextOf(request, reply, parts, gone.signal);
  reply.hijack();
  for (const [name, value] of Object.entries(reply.getHeaders()))
    if (value !== undefined) reply.raw.setHeader(name, value);
  const { authorization } = request.headers;
  await serveEventStream({ ctx, authorization, gone }, checked.request, reply.raw, parts);
}

const wantsStream = (request: FastifyRequest): boolean =>
  request.headers.accept?.toLowerCase().includes('text/event-stream') ?? false;

function contextOf(
  request: FastifyRequest,
  reply: FastifyReply,
  { createContext, allowedOrigins, secure }: GraphqlRouteParts,
  signal: AbortSignal,
): Promise<Context> {
  const { authorization, origin, host } = request.headers;
  return createContext({
    authorization,
    position: one(request.headers['x-jobflow-position']),
    idempotencyKey: one(request.headers['idempotency-key']),
    traceparent: one(request.headers.traceparent),
    correlationId: request.id,
    address: request.ip,
    cookie: createRefreshCookie(request, reply, secure),
    foreignOrigin: !isAllowedOrigin(origin, host, allowedOrigins),
    signal,
  });
}

const one = (header: string | string[] | undefined): string | undefined => (Array.isArray(header) ? header[0] : header);

/** Fastify's id for a request is the correlation id of its answer. */
export const requestId = (request: { headers: Record<string, string | string[] | undefined> }): string =>
  correlationId(one(request.headers['x-correlation-id']) ?? one(request.headers['x-request-id']));
