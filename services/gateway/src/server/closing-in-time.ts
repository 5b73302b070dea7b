import type { Clock, Stoppable } from '@jobflow/platform';
import type { FastifyInstance } from 'fastify';

const closeWithinMs = 10_000;

/**
 * The end of the HTTP server: requests under way are answered, then every connection is closed, also those that never
 * asked anything; after ten seconds without waiting any longer.
 */
export function closingInTime(app: FastifyInstance, clock: Clock): Stoppable {
  let underWay = 0;
  let onQuiet: (() => void) | undefined;
  app.addHook('onRequest', (_request, reply, done) => {
    underWay++;
    reply.raw.once('close', () => {
      underWay--;
      if (underWay === 0) onQuiet?.();
    });
    done();
  });
  return {
    async stop() {
      const quiet = new Promise<void>((resolve) => {
        onQuiet = resolve;
        if (underWay === 0) resolve();
      });
      const late = clock.setTimer(closeWithinMs, () => onQuiet?.());
      const closed = app.close();
      await quiet;
      late.cancel();
      app.server.closeAllConnections();
      await closed;
    },
  };
}
