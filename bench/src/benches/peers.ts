import type { Bench } from '../bench.js';
import { jobflowPlatform, startBenchPlatform } from '../contenders/bench-platform.js';
import { bullmq } from '../contenders/bullmq.js';
import { compare, comparedRows } from '../contenders/compare.js';
import { graphileWorker, pgBoss, postgresPeer } from '../contenders/postgres-peer.js';
import { whole } from '../report/figures.js';
import { packageVersion } from '../report/machine-facts.js';

const CONCURRENCY = 100;

export const peers: Bench = {
  about: 'the whole platform against Graphile Worker, pg-boss and BullMQ, no-op jobs (20,000 runs)',
  async run({ dir, runs = 20_000, rounds, say }) {
    await using servers = await startBenchPlatform(dir, { concurrency: CONCURRENCY });
    const { databaseUrl, redisUrl } = servers.platform.backing;
    const [graphile, boss, bull] = await Promise.all(['graphile-worker', 'pg-boss', 'bullmq'].map(packageVersion));
    await using jobflow = await jobflowPlatform('Jobflow: whole platform, with history', servers);
    const onPostgres = graphileWorker(`${graphile}: addJobs, local queue and batched completion, no history`);
    await using first = await postgresPeer(onPostgres, databaseUrl, CONCURRENCY);
    await using second = await postgresPeer(
      pgBoss(`${boss}: insert, batches of 500, four at a time`),
      databaseUrl,
      CONCURRENCY,
    );
    await using third = await bullmq(`${bull}: addBulk, no fsync, no history`, redisUrl, CONCURRENCY);
    const compared = await compare([jobflow, first, second, third], { runs, rounds, say });
    return [
      {
        title: `${whole(runs)} no-op runs through each (median of ${rounds} rounds)`,
        columns: ['', 'runs/s', 'ratio'],
        rows: comparedRows(compared),
        notes: ['One producer and one worker process each, on the same Postgres and Redis, one after the other.'],
      },
    ];
  },
};
