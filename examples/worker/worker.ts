/* A worker in one's own process: it pulls runs over NATS, carries them out, and stops without losing any. */
import { createWorker } from '@jobflow/sdk';
import { priceOrder } from './jobs.ts';

const { NATS_URL: nats, REDIS_URL: redis } = process.env;
if (!nats) {
  console.error(
    'Set NATS_URL and REDIS_URL to what `npm run jobflow -- worker-credentials create --name NAME` printed.',
  );
  process.exit(1);
}

// Limits are counted in Redis: without it runs under limits are left to other workers.
const limits = redis === undefined ? {} : { redis };
const worker = createWorker({ nats, ...limits, handlers: [priceOrder], queues: ['orders'], concurrency: 10 });
await worker.start();
console.log(`${worker.id} is working`);

async function stop(): Promise<void> {
  console.log(`stopping: ${worker.counts().active} runs are finishing`);
  await worker.stop(); // what does not finish in time is given back, and another worker carries it out
  console.log(`stopped after ${worker.counts().finished} runs`);
}
process.once('SIGTERM', stop);
process.once('SIGINT', stop);
