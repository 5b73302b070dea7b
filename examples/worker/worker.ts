/* A worker in one's own process: it pulls runs over NATS, carries them out, and stops without losing any. */
import { createWorker } from '@jobflow/sdk';
import { priceOrder } from './jobs.ts';

const nats = process.env.NATS_URL;
if (!nats) {
  console.error('Set NATS_URL to what `npm run jobflow -- worker-credentials create --name NAME` printed.');
  process.exit(1);
}

const worker = createWorker({ nats, handlers: [priceOrder], queues: ['default'], concurrency: 10 });
await worker.start();
console.log(`${worker.id} is working`);

async function stop(): Promise<void> {
  console.log(`stopping: ${worker.counts().active} runs are finishing`);
  await worker.stop(); // what does not finish in time is given back, and another worker carries it out
  console.log(`stopped after ${worker.counts().finished} runs`);
}
process.once('SIGTERM', stop);
process.once('SIGINT', stop);
