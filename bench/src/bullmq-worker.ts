import { Worker } from 'bullmq';

const [url = '', name = '', total = '0'] = process.argv.slice(2);
let finished = 0;
const worker = new Worker(name, async () => undefined, { connection: { url }, concurrency: 100 });
worker.on('completed', () => {
  if (++finished === Number(total)) process.send?.('done');
});
await worker.waitUntilReady();
process.send?.('ready');
