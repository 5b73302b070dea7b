import type { Bench } from '../bench.js';
import { bullmq } from '../contenders/bullmq.js';
import { compare, comparedRows } from '../contenders/compare.js';
import { jobflowEngine } from '../contenders/jobflow-engine.js';
import { logAlone } from '../contenders/log-alone.js';
import { startPrivateServers } from '../contenders/private-servers.js';
import { whole } from '../report/figures.js';
import { packageVersion } from '../report/machine-facts.js';
import { processorTime, processorTimeSection } from '../report/processor-time.js';
import type { Section } from '../report/section.js';

const CONCURRENCY = 100;

export const engine: Bench = {
  about: 'enqueue to finished without a read model, against BullMQ, fsync off and on (100,000 runs)',
  async run({ dir, runs = 100_000, rounds, say }) {
    const sections: Section[] = [];
    const version = await packageVersion('bullmq');
    for (const fsync of [false, true]) {
      say(`fsync ${fsync ? 'on' : 'off'}:`);
      await using servers = await startPrivateServers(dir, fsync);
      await using jobflow = await jobflowEngine('Jobflow: log and executor', servers.natsUrl, CONCURRENCY);
      await using peer = await bullmq(version, servers.redisUrl, CONCURRENCY);
      await using bare = await logAlone('the log alone: stored, pulled, acknowledged', servers.natsUrl);
      const before = await processorTime();
      const compared = await compare([jobflow, peer, bare], { runs, rounds, say });
      const used = await processorTime();
      sections.push({
        title: `Engine, fsync ${fsync ? 'on' : 'off'}: ${whole(runs)} no-op runs (median of ${rounds} rounds)`,
        columns: ['', 'runs/s', 'ratio'],
        rows: comparedRows(compared),
        notes: [
          fsync
            ? 'NATS `sync_interval: always`; Redis `appendonly yes`, `appendfsync always`. The aim is a ratio of 3.'
            : 'NATS syncs every two minutes; Redis `appendonly no`. The aim is a ratio of 3.',
        ],
      });
      const title = `Engine, fsync ${fsync ? 'on' : 'off'}: processor time, of both processes of BullMQ together`;
      sections.push(processorTimeSection(title, before, used, runs * (rounds + 1)));
    }
    return sections;
  },
};
