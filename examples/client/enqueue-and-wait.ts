/* Enqueues one run and waits for what it results in. */
import { JobflowError, RunFailedError } from '@jobflow/sdk/client';
import { connect } from './connect.ts';

const client = connect();

const run = await client.enqueue('email.send', { to: 'ada@example.com', subject: 'Hello' });
console.log(`enqueued ${run.job}: ${run.status}`);
const result = await client.waitForResult(run, { timeoutMs: 30_000 });
console.log(`sent to ${result.to}`);

// The same key gives the same run: whoever retries this after a crash sends no second email.
const options = { idempotencyKey: 'welcome-ada' };
const first = await client.enqueue('email.send', { to: 'ada@example.com' }, options);
const second = await client.enqueue('email.send', { to: 'ada@example.com' }, options);
console.log(`the same run again: ${second.id === first.id}, duplicate: ${second.duplicate}`);

// What is wrong is told by field, before anything is enqueued.
await client.enqueue('email.send', { to: 'nobody' }).catch((error: unknown) => {
  if (!(error instanceof JobflowError)) throw error;
  console.log(`refused with ${error.code}: ${Object.keys(error.fields).join()}`);
});

// A run that ends without a result throws.
const later = await client.enqueue('email.send', { to: 'ada@example.com' }, { delayMs: 60_000 });
await client.cancel(later.id, 'changed my mind');
await client.waitForResult(later).catch((error: unknown) => {
  if (!(error instanceof RunFailedError)) throw error;
  console.log(`ended as ${error.status}`);
});
client.close();
