/** A producer or a worker of BullMQ: two processes run this. Handlers do nothing. */
import { type Job, Queue, Worker } from 'bullmq';
import { answerCalls } from '../program/answer-calls.js';
import { Countdown } from '../program/countdown.js';
import { inLots } from '../program/in-lots.js';
import { machineMicros } from '../program/machine-clock.js';
import { type OpenLoop, openLoop } from '../program/open-loop.js';

export interface BullmqConfig {
  redis: string;
  queue: string;
  role: 'producer' | 'worker';
  concurrency: number;
}

const LOT = 1_000;

answerCalls(async ({ redis, queue, role, concurrency }: BullmqConfig) =>
  role === 'producer' ? producer(redis, queue) : worker(redis, queue, concurrency),
);

async function producer(redis: string, name: string) {
  const queue = new Queue(name, { connection: { url: redis } });
  await queue.waitUntilReady();
  return {
    produce: (count: number) =>
      inLots(count, LOT, (first, size) =>
        queue.addBulk(Array.from({ length: size }, (_, n) => ({ name: 'noop', data: { n: first + n } }))),
      ),
    steadily: (load: OpenLoop) => openLoop(load, () => queue.add('stamped', { at: machineMicros() })),
    /** Removes what is finished, which it keeps otherwise. */
    clear: () => queue.obliterate({ force: true }),
    close: () => queue.close(),
  };
}

async function worker(redis: string, name: string, concurrency: number) {
  let latencies: number[] = [];
  const countdown = new Countdown();
  const handle = async ({ data }: Job<{ at?: number }>) => {
    if (data.at !== undefined) latencies.push((machineMicros() - data.at) / 1000);
  };
  const running = new Worker(name, handle, { connection: { url: redis }, concurrency });
  running.on('completed', () => countdown.count());
  await running.waitUntilReady();
  return {
    finish: (count: number) => countdown.next(count),
    takeLatencies() {
      const taken = latencies;
      latencies = [];
      return taken;
    },
    close: () => running.close(),
  };
}
