import type { Health, ServiceContext } from '@jobflow/platform';
import type { FastifyInstance } from 'fastify';

/** What orchestrators and Prometheus ask: alive, able to work, figures. */
export function addProbes(app: FastifyInstance, health: Health, metrics: ServiceContext['metrics']): void {
  app.get('/healthz', async (_request, reply) =>
    reply.header('cache-control', 'no-store').send({ status: 'ok', service: 'gateway' }),
  );
  app.get('/readyz', async (_request, reply) => {
    const report = await health.report();
    return reply
      .code(report.ready ? 200 : 503)
      .header('cache-control', 'no-store')
      .send({ service: 'gateway', ...report });
  });
  app.get('/metrics', async (_request, reply) => reply.type(metrics.contentType).send(await metrics.metrics()));
}
