/** A producer or a worker of pg-boss: two processes run this. Handlers do nothing. */
import { PgBoss } from 'pg-boss';
import { answerCalls } from '../program/answer-calls.js';
import { inLots } from '../program/in-lots.js';
import type { PostgresPeerConfig } from './graphile-worker.js';

const QUEUE = 'noop';
const LOT = 1_000;
const WORKERS = 4;

answerCalls(async ({ database, role, concurrency }: PostgresPeerConfig) => {
  const boss = new PgBoss({ connectionString: database, supervise: false, schedule: false });
  boss.on('error', (error) => process.stderr.write(`pg-boss: ${error}\n`));
  await boss.start();
  const close = () => boss.stop({ graceful: false });
  if (role === 'producer') {
    await boss.createQueue(QUEUE);
    return {
      produce: (count: number) =>
        inLots(count, LOT, (first, size) =>
          boss.insert(
            QUEUE,
            Array.from({ length: size }, (_, n) => ({ data: { n: first + n } })),
          ),
        ),
      close,
    };
  }
  // Batches are fetched one after the other while they come full; otherwise it looks as often as it can be told to.
  const options = {
    batchSize: 5 * concurrency,
    localConcurrency: WORKERS,
    burstWhenBatchFull: true,
    pollingIntervalSeconds: 0.5,
  };
  await boss.work(QUEUE, options, async () => undefined);
  return { close };
});
