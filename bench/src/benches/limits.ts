import { setTimeout as wait } from 'node:timers/promises';
import type { Bench, BenchContext } from '../bench.js';
import { type Collector, startCollector } from '../collector/start-collector.js';
import { type BenchPlatform, jobflowPlatform, startBenchPlatform } from '../contenders/bench-platform.js';
import { compare, comparedRows } from '../contenders/compare.js';
import { FEW, RATE, ROOMY } from '../limits-measured.js';
import { type Program, startProgram } from '../program/start-program.js';
import { whole } from '../report/figures.js';
import type { Section } from '../report/section.js';

const EXECUTORS = 4;
/** After the first runs of a limited rate, whose permits may have gathered, before it is measured. */
const SETTLING_MS = 2_000;

export const limits: Bench = {
  about: 'limits over four executors: how many run at once, how exact a rate is, what a limit costs (10,000 runs)',
  async run(context) {
    await using collector = await startCollector();
    const env = { BENCH_COLLECTOR: String(collector.port) };
    await using servers = await startBenchPlatform(context.dir, { executors: EXECUTORS, env });
    await using client = await startProgram('gateway-client', servers.access);
    await client.call('signIn');
    return [await exactness(collector, client, context), await cost(servers, context)];
  },
};

async function exactness(collector: Collector, client: Program, { seconds = 20, say }: BenchContext): Promise<Section> {
  const atOnce = await mostAtOnce(collector, client, Math.min(400 * FEW, 20 * seconds * FEW));
  say(`at most ${atOnce.most} of ${FEW} at once`);
  const rate = await measuredRate(collector, client, seconds);
  say(`${rate.counted} runs in ${seconds} s`);
  const expected = (RATE.limit * seconds * 1_000) / RATE.perMs;
  return {
    title: `Limits, ${EXECUTORS} executors`,
    columns: ['', 'limit', 'measured', 'error'],
    rows: [
      [
        `running at once, most seen over ${whole(atOnce.runs)} runs`,
        whole(FEW),
        whole(atOnce.most),
        over(atOnce.most, FEW),
      ],
      [`started in ${seconds} s`, whole(expected), whole(rate.counted), off(rate.counted, expected)],
      [
        `started within any ${RATE.perMs} ms`,
        whole(RATE.limit),
        whole(rate.mostInWindow),
        over(rate.mostInWindow, RATE.limit),
      ],
    ],
    notes: [
      'Counted outside, by a process to which every handler reports; a handler that holds a permit waits until its report was noted, so that no two are counted together that were not running together.',
    ],
  };
}

/** Twice as many runs as may run at once, over and over: how many of them ever ran at the same time. */
async function mostAtOnce(
  collector: Collector,
  client: Program,
  runs: number,
): Promise<{ most: number; runs: number }> {
  let running = 0;
  let most = 0;
  const ended = counter(runs);
  collector.listen((line) => {
    running += line === 'begin' ? 1 : -1;
    most = Math.max(most, running);
    if (line === 'end') ended.count();
  });
  await client.call('produce', { job: 'few', count: runs });
  await ended.reached;
  return { most, runs };
}

/** Enqueues half as many again as may start in the time, so that runs always wait, and counts the starts. */
async function measuredRate(collector: Collector, client: Program, seconds: number) {
  const starts: number[] = [];
  collector.listen((line) => line === 'tick' && starts.push(performance.now()));
  const needed = Math.ceil(((RATE.limit * (seconds * 1_000 + SETTLING_MS)) / RATE.perMs) * 1.5);
  await client.call('produce', { job: 'rated', count: needed });
  while (starts.length === 0) await wait(5);
  await wait(SETTLING_MS);
  const from = performance.now();
  await wait(seconds * 1_000);
  // What is left would take its share of the next measurement.
  while (starts.length < needed) await wait(20);
  const within = starts.filter((at) => at >= from && at < from + seconds * 1_000);
  let mostInWindow = 0;
  for (let first = 0, last = 0; last < within.length; last++) {
    while ((within[last] ?? 0) - (within[first] ?? 0) >= RATE.perMs) first++;
    mostInWindow = Math.max(mostInWindow, last - first + 1);
  }
  return { counted: within.length, mostInWindow };
}

/** The same handler with a limit that is never reached, and without one. */
async function cost(servers: BenchPlatform, { runs = 10_000, rounds, say }: BenchContext): Promise<Section> {
  await using limited = await jobflowPlatform(`at most ${whole(ROOMY)} at once, never reached`, servers, 'roomy');
  await using unlimited = await jobflowPlatform('no limit', servers, 'free');
  const compared = await compare([limited, unlimited], { runs, rounds, say });
  return {
    title: `What a limit costs: ${whole(runs)} runs of 1 ms, ${EXECUTORS} executors (median of ${rounds} rounds)`,
    columns: ['', 'runs/s', 'ratio'],
    rows: comparedRows(compared),
  };
}

function counter(count: number): { reached: Promise<void>; count(): void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  let left = count;
  return {
    reached: promise,
    count() {
      if (--left === 0) resolve();
    },
  };
}

const over = (measured: number, limit: number): string => (measured > limit ? `+${measured - limit}` : 'none');
const off = (measured: number, expected: number): string => `${((measured / expected - 1) * 100).toFixed(1)} %`;
