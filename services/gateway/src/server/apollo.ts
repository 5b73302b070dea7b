import {
  ApolloServer,
  type ApolloServerPlugin,
  type GraphQLRequestContext,
  type GraphQLRequestListener,
} from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import type { Logger } from '@jobflow/platform';
import type { GraphQLSchema } from 'graphql';
import { answerPosition, type Context } from '../context/context.js';
import { ApiError } from '../errors/api-error.js';
import { type Presenting, presentErrors } from '../errors/present-errors.js';
import { badRequest } from '../errors/refusals.js';
import { requestLimits } from '../limits/request-limits.js';
import type { WriteLimit } from '../limits/write-limit.js';
import { admitOperation, type Operation, statusOf } from './admit-operation.js';

export interface ApolloParts {
  schema: GraphQLSchema;
  introspection: boolean;
  writes: WriteLimit;
  logger: Logger;
}

/** Apollo Server for POST /graphql, with the gate, the masking and the positions that all transports share. */
export function createApollo({ schema, introspection, writes, logger }: ApolloParts): ApolloServer<Context> {
  return new ApolloServer<Context>({
    schema,
    introspection,
    hideSchemaDetailsFromClientErrors: !introspection,
    includeStacktraceInErrorResponses: false,
    csrfPrevention: true,
    nodeEnv: 'production',
    stopOnTerminationSignals: false,
    parseOptions: { maxTokens: requestLimits.tokens },
    logger: levels(logger),
    plugins: [
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginInlineTraceDisabled(),
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginSchemaReportingDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
      rules(introspection, writes),
    ],
  });
}

const wrongTransport = 'Subscriptions come over a WebSocket, or with Accept: text/event-stream.';

function rules(introspection: boolean, writes: WriteLimit): ApolloServerPlugin<Context> {
  const listener: GraphQLRequestListener<Context> = {
    async didResolveOperation(request) {
      const asked = operationOf(request);
      if (!asked) return;
      try {
        if (asked.operation.operation === 'subscription') throw badRequest(wrongTransport);

        await admitOperation(request.contextValue, asked, writes);
      } catch (error) {
        if (error instanceof ApiError) request.response.http.status = statusOf(error);
        throw error;
      }
    },
    async willSendResponse(request) {
      const { body, http } = request.response;
      if (body.kind !== 'single') return;
      const result = body.singleResult;
      if (request.errors?.length) {
        const asked = operationOf(request);
        const { correlationId, logger } = request.contextValue;
        const by: Presenting = { correlationId, introspection, logger, ...(asked ? { asked } : {}) };
        result.errors = presentErrors(request.errors, by);
        const waits = result.errors.map(({ extensions }) => Number(extensions?.retryAfterMs ?? 0));
        if (Math.max(...waits) > 0) http.headers.set('retry-after', String(Math.ceil(Math.max(...waits) / 1000)));
      }
      if (request.operation?.operation === 'mutation') {
        const position = answerPosition(request.contextValue);
        result.extensions = { ...result.extensions, position };
        http.headers.set('x-jobflow-position', position);
      }
    },
  };
  return { requestDidStart: async () => listener };
}

function operationOf(request: GraphQLRequestContext<Context>): Operation | undefined {
  const { schema, document, operation } = request;
  if (!document || !operation) return undefined;
  return { schema, document, operation, variables: request.request.variables ?? {} };
}

const levels = (logger: Logger) => ({
  debug: (text?: string) => logger.debug(text),
  info: (text?: string) => logger.info(text),
  warn: (text?: string) => logger.warn(text),
  error: (text?: string) => logger.error(text),
});
