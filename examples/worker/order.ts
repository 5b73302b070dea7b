/* Enqueues a run of the worker's job, typed by its handler. */
import { createClient } from '@jobflow/sdk/client';
import { priceOrder } from './jobs.ts';

const client = createClient({
  url: process.env.JOBFLOW_URL ?? 'http://127.0.0.1:4000',
  apiKey: process.env.JOBFLOW_API_KEY ?? '',
});
const run = await client.enqueue(priceOrder, {
  items: [
    { sku: 'tea', cents: 450, count: 2 },
    { sku: 'cup', cents: 700 },
  ],
});
const { cents } = await client.waitForResult(run, { timeoutMs: 30_000 });
console.log(`the order costs ${(cents / 100).toFixed(2)}`);
client.close();
