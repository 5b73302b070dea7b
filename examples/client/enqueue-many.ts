/* Enqueues a hundred runs in one request, all or none, and waits for all of them. */
import { connect } from './connect.ts';

const client = connect();
const { ids } = await client.enqueueMany(
  Array.from({ length: 100 }, (_, n) => ({ job: 'noop', input: { n }, tags: ['hundred'] })),
);
console.log(`enqueued ${ids.length} runs`);
await Promise.all(ids.map((id) => client.waitForResult(id, { timeoutMs: 30_000 })));
console.log('all of them have succeeded');
client.close();
