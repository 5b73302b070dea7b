import { setTimeout as wait } from 'node:timers/promises';
import type { Bench, BenchContext } from '../bench.js';
import { type Collector, startCollector } from '../collector/start-collector.js';
import { startBenchPlatform } from '../contenders/bench-platform.js';
import { startBullmq } from '../contenders/bullmq.js';
import { startEngine } from '../contenders/jobflow-engine.js';
import { startPrivateServers } from '../contenders/private-servers.js';
import type { OpenLoopTold } from '../program/open-loop.js';
import { type Program, startProgram } from '../program/start-program.js';
import { milliseconds, percentile, whole } from '../report/figures.js';
import { packageVersion } from '../report/machine-facts.js';
import type { Section } from '../report/section.js';

const PER_SECOND = 500;
const WARM_UP_SECONDS = 5;
const CONCURRENCY = 100;

interface Measured {
  name: string;
  latencies: number[];
  worstLagMs: number;
}

/** Latencies in milliseconds that were measured since the last call. */
type Take = () => Promise<number[]>;

export const latency: Bench = {
  about: 'enqueue to the start of the handler, 500 runs a second arriving at random, against BullMQ (20 s each)',
  async run(context) {
    const sections: Section[] = [];
    for (const fsync of [false, true]) {
      sections.push(section(`fsync ${fsync ? 'on' : 'off'}`, await engines(context, fsync), context.seconds));
    }
    sections.push(section('through the GraphQL gateway', [await wholePlatform(context)], context.seconds));
    return sections;
  },
};

async function engines(context: BenchContext, fsync: boolean): Promise<Measured[]> {
  await using servers = await startPrivateServers(context.dir, fsync);
  const measured: Measured[] = [];
  {
    await using jobflow = await startEngine(servers.natsUrl, CONCURRENCY);
    const take: Take = () => jobflow.executor.call('takeLatencies');
    measured.push(await measure('Jobflow: log and executor', jobflow.producer, take, context));
  }
  {
    await using peer = await startBullmq(servers.redisUrl, CONCURRENCY);
    const take: Take = () => peer.worker.call('takeLatencies');
    measured.push(await measure(await packageVersion('bullmq'), peer.producer, take, context));
  }
  return measured;
}

/** Besides: one enqueue mutation for each run, with the projector and all the rest on the same cores. */
async function wholePlatform(context: BenchContext): Promise<Measured> {
  await using collector = await startCollector();
  const env = { BENCH_COLLECTOR: String(collector.port) };
  await using servers = await startBenchPlatform(context.dir, { concurrency: CONCURRENCY, env });
  await using client = await startProgram('gateway-client', servers.access);
  await client.call('signIn');
  // Awaited here: what it uses ends with this function.
  return await measure('Jobflow: enqueue mutation, whole platform, fsync on', client, takenFrom(collector), context);
}

function takenFrom(collector: Collector): Take {
  let latencies: number[] = [];
  collector.listen((line) => latencies.push(Number(line.split(' ')[1]) / 1000));
  return async () => {
    const taken = latencies;
    latencies = [];
    return taken;
  };
}

async function measure(
  name: string,
  producer: Program,
  take: Take,
  { seconds = 20, say }: BenchContext,
): Promise<Measured> {
  const load = async (lasting: number) => {
    const told = await producer.call<OpenLoopTold>('steadily', { perSecond: PER_SECOND, seconds: lasting });
    const latencies: number[] = [];
    while (latencies.length < told.sent) {
      for (const one of await take()) latencies.push(one);
      await wait(20);
    }
    return { latencies, worstLagMs: told.worstLagMs };
  };
  await load(WARM_UP_SECONDS);
  const measured = { name, ...(await load(seconds)) };
  say(`${name}: p50 ${milliseconds(percentile(measured.latencies, 50))}`);
  return measured;
}

function section(title: string, measured: readonly Measured[], seconds = 20): Section {
  const row = ({ name, latencies, worstLagMs }: Measured) => [
    name,
    whole(latencies.length),
    ...[50, 95, 99].map((percent) => milliseconds(percentile(latencies, percent))),
    milliseconds(worstLagMs),
  ];
  return {
    title: `Enqueue to handler start, ${title}: ${PER_SECOND} runs/s for ${seconds} s`,
    columns: ['', 'runs', 'p50', 'p95', 'p99', 'sending late by at most'],
    rows: measured.map(row),
    notes: [
      'From the call that enqueues to the first instruction of the handler, on the clock that all processes share.',
    ],
  };
}
