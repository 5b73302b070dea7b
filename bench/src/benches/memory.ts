import type { Bench } from '../bench.js';
import { startEngine } from '../contenders/jobflow-engine.js';
import { startPrivateServers } from '../contenders/private-servers.js';
import type { MemorySample } from '../programs/jobflow-executor.js';
import { whole } from '../report/figures.js';

const SAMPLES = 10;
/** Before the first sample that counts, of as many runs as lie between two: the heap takes its size in them. */
const WARM_UP = 2;
const CONCURRENCY = 100;

export const memory: Bench = {
  about: 'whether an executor grows over 500,000 runs',
  async run({ dir, runs = 500_000 }) {
    const every = Math.floor(runs / SAMPLES);
    await using servers = await startPrivateServers(dir, false);
    await using engine = await startEngine(servers.natsUrl, CONCURRENCY, ['--expose-gc']);
    await engine.executor.call('sampleEvery', every);
    const all = runs + WARM_UP * every;
    const finished = engine.executor.call('finish', all);
    await engine.producer.call('produce', all);
    await finished;
    const samples = (await engine.executor.call<MemorySample[]>('samples')).slice(WARM_UP - 1);
    const spread = (of: (sample: MemorySample) => number) => {
      const first = samples[0] ? of(samples[0]) : 0;
      const others = samples.map((sample) => (of(sample) / first - 1) * 100);
      return `${signed(Math.min(...others))} to ${signed(Math.max(...others))} %`;
    };
    return [
      {
        title: `Memory of one executor process over ${whole(runs)} runs, after ${whole(WARM_UP * every)} that warm it up`,
        columns: ['runs', 'resident, MB', 'heap after a collection, MB'],
        rows: [
          ...samples.map(({ finished: at, rssMb, heapMb }) => [whole(at), rssMb.toFixed(1), heapMb.toFixed(1)]),
          ['against the first', spread((s) => s.rssMb), spread((s) => s.heapMb)],
        ],
        notes: ['Sampled while it works. The aim is within 10 % of the first.'],
      },
    ];
  },
};

const signed = (value: number): string => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(1)}`;
