import type { IncomingMessage } from 'node:http';
import type { Logger } from '@jobflow/platform';
import type { FastifyError, FastifyInstance } from 'fastify';
import { ApiError } from '../errors/api-error.js';
import { asGraphQLError } from '../errors/as-graphql-error.js';
import { presentErrors } from '../errors/present-errors.js';
import { badRequest, payloadTooLarge } from '../errors/refusals.js';
import { requestLimits } from '../limits/request-limits.js';
import { statusOf } from './admit-operation.js';
import { graphqlPath } from './graphql-route.js';

/** What goes wrong before an operation is reached is answered in the form of GraphQL errors, too. */
export function addErrorHandler(app: FastifyInstance, logger: Logger): void {
  app.setErrorHandler(async (error: Error, request, reply) => {
    if ((error as FastifyError).code === tooLarge) await discardRest(request.raw);
    const shown = asApiError(error);
    const [formatted] = presentErrors([shown ?? asGraphQLError(error)], {
      correlationId: request.id,
      introspection: false,
      logger,
    });
    const status = shown ? (httpStatus(error) ?? statusOf(shown)) : 500;
    void reply.code(status).header('cache-control', 'no-store').header('x-correlation-id', request.id);
    return reply.type('application/json; charset=utf-8').send(JSON.stringify({ errors: [formatted] }));
  });
  app.route({
    method: ['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE'],
    url: graphqlPath,
    handler: async (_request, reply) => {
      void reply.header('allow', 'POST');
      throw Object.assign(badRequest('Send GraphQL operations by POST, or open a WebSocket here.'), {
        statusCode: 405,
      });
    },
  });
}

const httpStatus = (error: Error): number | undefined => {
  const { statusCode } = error as FastifyError;
  return statusCode !== undefined && statusCode >= 400 && statusCode < 500 ? statusCode : undefined;
};

function asApiError(error: Error): ApiError | undefined {
  if (error instanceof ApiError) return error;
  const { code } = error as FastifyError;
  if (code === tooLarge) {
    return payloadTooLarge(`The body is larger than ${requestLimits.bodyBytes / 1024 / 1024} MiB.`);
  }
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE')
    return badRequest('Send the operation as Content-Type: application/json.');
  return httpStatus(error) ? badRequest('The request could not be understood.') : undefined;
}

const tooLarge = 'FST_ERR_CTP_BODY_TOO_LARGE';
const discardBytes = 64 * 1024 * 1024;
const discardMs = 10_000;

/** A client that is still sending would never read the answer: what is left is taken and thrown away, within bounds. */
function discardRest(request: IncomingMessage): Promise<void> {
  return new Promise((resolve) => {
    let left = discardBytes;
    const done = () => {
      clearTimeout(timer);
      resolve();
    };
    const timer = setTimeout(done, discardMs);
    request.on('data', (chunk: Buffer) => {
      left -= chunk.length;
      if (left < 0) done();
    });
    request.once('close', done).once('end', done).resume();
    if (request.readableEnded || request.destroyed) done();
  });
}
