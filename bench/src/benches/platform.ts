import type { Bench } from '../bench.js';
import { jobflowPlatform, startBenchPlatform } from '../contenders/bench-platform.js';
import { bullmq } from '../contenders/bullmq.js';
import { compare, comparedRows } from '../contenders/compare.js';
import { whole } from '../report/figures.js';
import { idleMemory } from '../report/idle-memory.js';
import { packageVersion } from '../report/machine-facts.js';
import { processorTime, processorTimeSection } from '../report/processor-time.js';
import type { Section } from '../report/section.js';

const CONCURRENCY = 100;

export const platform: Bench = {
  about: 'the whole platform against BullMQ, no-op jobs, and the memory of all processes while idle (50,000 runs)',
  async run({ dir, runs = 50_000, rounds, say }) {
    await using servers = await startBenchPlatform(dir, { concurrency: CONCURRENCY });
    const memory = await idleMemorySection();
    const { redisUrl } = servers.platform.backing;
    await using jobflow = await jobflowPlatform(
      'Jobflow: enqueueMany over GraphQL, fsync on every acknowledged write, visible in Postgres with history',
      servers,
    );
    const version = await packageVersion('bullmq');
    await using peer = await bullmq(`${version}: addBulk, no fsync, no history`, redisUrl, CONCURRENCY);
    const before = await processorTime();
    const compared = await compare([jobflow, peer], { runs, rounds, say });
    const used = await processorTime();
    return [
      memory,
      {
        title: `${whole(runs)} no-op runs, enqueued to finished (median of ${rounds} rounds)`,
        columns: ['', 'runs/s', 'ratio'],
        rows: comparedRows(compared),
      },
      processorTimeSection('Processor time, of all processes of a name together', before, used, runs * (rounds + 1)),
    ];
  },
};

async function idleMemorySection(): Promise<Section> {
  const { byProcess, totalMb } = await idleMemory([process.pid]);
  return {
    title: 'Idle memory',
    columns: ['process', 'MB'],
    rows: [...byProcess.map(({ name, mb }) => [name, mb.toFixed(0)]), ['all', totalMb.toFixed(0)]],
    notes: [
      'PSS: pages shared between processes are counted once. `node` is the benchmark itself, which stands in for the supervisor.',
    ],
  };
}
