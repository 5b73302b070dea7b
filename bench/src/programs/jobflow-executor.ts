/** A worker of the SDK with handlers that do nothing. */
import { createWorker, defineHandler } from '@jobflow/sdk';
import { answerCalls } from '../program/answer-calls.js';
import { Countdown } from '../program/countdown.js';
import { machineMicros } from '../program/machine-clock.js';

export interface JobflowExecutorConfig {
  nats: string;
  concurrency: number;
}

export interface MemorySample {
  finished: number;
  rssMb: number;
  /** After a collection, if the program was started with --expose-gc. */
  heapMb: number;
}

const LOOK_MS = 5;
const MB = 1024 * 1024;

answerCalls(async ({ nats, concurrency }: JobflowExecutorConfig) => {
  let latencies: number[] = [];
  const worker = createWorker({
    nats,
    concurrency,
    handlers: [
      defineHandler('noop', {}, async () => undefined),
      defineHandler<{ at: number }>('stamped', {}, async ({ input }) => {
        latencies.push((machineMicros() - (input as { at: number }).at) / 1000);
      }),
    ],
  });
  await worker.start();

  const countdown = new Countdown();
  let sampleEvery = 0;
  let samples: MemorySample[] = [];
  let counted = 0;
  const timer = setInterval(() => {
    const { finished } = worker.counts();
    const before = counted;
    counted = finished;
    if (sampleEvery > 0 && Math.floor(before / sampleEvery) < Math.floor(finished / sampleEvery)) {
      global.gc?.();
      const { rss, heapUsed } = process.memoryUsage();
      samples.push({ finished, rssMb: rss / MB, heapMb: heapUsed / MB });
    }
    if (finished > before) countdown.count(finished - before);
  }, LOOK_MS);

  return {
    /** Resolves when so many more runs have been recorded and acknowledged. */
    finish: (count: number) => countdown.next(count),
    takeLatencies() {
      const taken = latencies;
      latencies = [];
      return taken;
    },
    sampleEvery(runs: number) {
      sampleEvery = runs;
      samples = [];
    },
    samples: () => samples,
    async close() {
      clearInterval(timer);
      await worker.stop();
    },
  };
});
