import fastifyCookie from '@fastify/cookie';
import type { Health, Logger, ServiceContext } from '@jobflow/platform';
import Fastify, { type FastifyInstance } from 'fastify';
import { addDocs, type DocsParts } from '../docs/add-docs.js';
import { requestLimits } from '../limits/request-limits.js';
import { addDashboard } from './dashboard.js';
import { addErrorHandler } from './error-handler.js';
import { addGraphqlRoute, type GraphqlRouteParts, requestId } from './graphql-route.js';
import { addJsonBody } from './json-body.js';
import { addProbes } from './probes.js';
import { addSecurityHeaders } from './security-headers.js';

export interface AppParts extends GraphqlRouteParts, DocsParts {
  health: Health;
  metrics: ServiceContext['metrics'];
  logger: Logger;
  webDir: string;
}

/** The HTTP server: the API, its reference, the probes and the dashboard on one port. */
export async function createApp(parts: AppParts): Promise<FastifyInstance> {
  const app = Fastify({
    logger: false,
    bodyLimit: requestLimits.bodyBytes,
    genReqId: requestId,
    // Long enough for 8 MiB over a slow line, short enough for a socket that sends a byte now and then.
    requestTimeout: 120_000,
    keepAliveTimeout: 30_000,
    forceCloseConnections: 'idle',
  });
  addSecurityHeaders(app, parts.secure);
  addJsonBody(app);
  addErrorHandler(app, parts.logger);
  await app.register(fastifyCookie);
  addGraphqlRoute(app, parts);
  addProbes(app, parts.health, parts.metrics);
  addDocs(app, parts);
  await addDashboard(app, parts.webDir);
  return app;
}
