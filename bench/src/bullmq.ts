import { fork } from 'node:child_process';
import { once } from 'node:events';
import { Queue } from 'bullmq';

/** Jobs per second, from the first addBulk until the last one is completed; the worker is a process of its own. */
export async function benchBullmq(redisUrl: string, count: number): Promise<number> {
  const name = `bench-${process.hrtime.bigint()}`;
  const queue = new Queue(name, { connection: { url: redisUrl } });
  const worker = fork(new URL('./bullmq-worker.js', import.meta.url), [redisUrl, name, String(count)]);
  try {
    await once(worker, 'message');
    const done = once(worker, 'message');
    const started = performance.now();
    for (let first = 0; first < count; first += 1000) {
      await queue.addBulk(
        Array.from({ length: Math.min(1000, count - first) }, (_, n) => ({ name: 'noop', data: { n: first + n } })),
      );
    }
    await done;
    return (count / (performance.now() - started)) * 1000;
  } finally {
    worker.kill();
    await queue.obliterate({ force: true });
    await queue.close();
  }
}
