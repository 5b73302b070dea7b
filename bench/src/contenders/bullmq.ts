import { type Program, startProgram } from '../program/start-program.js';
import type { BullmqConfig } from '../programs/bullmq.js';
import { type Contender, perSecondSince } from './contender.js';

export interface BullmqPair extends AsyncDisposable {
  producer: Program;
  worker: Program;
}

export async function startBullmq(redis: string, concurrency: number): Promise<BullmqPair> {
  const config = { redis, queue: `bench-${process.hrtime.bigint()}`, concurrency } satisfies Partial<BullmqConfig>;
  const worker = await startProgram('bullmq', { ...config, role: 'worker' });
  const producer = await startProgram('bullmq', { ...config, role: 'producer' });
  return {
    producer,
    worker,
    async [Symbol.asyncDispose]() {
      await worker[Symbol.asyncDispose]();
      await producer.call('clear');
      await producer[Symbol.asyncDispose]();
    },
  };
}

/** addBulk of 1,000, two at a time; finished when its worker says of every job that it is completed. */
export async function bullmq(name: string, redis: string, concurrency: number): Promise<Contender> {
  const pair = await startBullmq(redis, concurrency);
  return {
    name,
    async round(count) {
      const finished = pair.worker.call('finish', count);
      const started = performance.now();
      await pair.producer.call('produce', count);
      await finished;
      const rate = perSecondSince(started, count);
      await pair.producer.call('clear');
      return rate;
    },
    [Symbol.asyncDispose]: () => pair[Symbol.asyncDispose](),
  };
}
