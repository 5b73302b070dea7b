import { parseArgs } from 'node:util';
import { benchBullmq } from './bullmq.js';
import { idleMemory } from './idle-memory.js';
import { benchJobflow, startBenchPlatform } from './jobflow.js';
import { median, printTable } from './report.js';

/**
 * npm run bench -- [--runs 50000] [--rounds 3]
 *
 * The same number of no-op jobs through Jobflow (GraphQL in, SUCCEEDED rows in Postgres out) and through BullMQ, in
 * turn, in one run on one machine. Ratios are what to read: absolute rates are this machine's.
 */
const { values } = parseArgs({
  options: { runs: { type: 'string', default: '50000' }, rounds: { type: 'string', default: '3' } },
});
const runs = Number(values.runs);
const rounds = Number(values.rounds);
if (!Number.isInteger(runs) || runs < 1000 || !Number.isInteger(rounds) || rounds < 1) {
  process.stderr.write('bench: --runs must be a whole number from 1000, --rounds from 1.\n');
  process.exit(1);
}

await using platform = await startBenchPlatform();
const memory = await idleMemory(platform.pids());
printTable('Idle memory, MB (PSS: pages shared between processes are counted once)', [
  ...memory.byProcess.map((row) => [row.name, row.mb.toFixed(0)]),
  ['all', memory.totalMb.toFixed(0)],
]);

const rates: { jobflow: number; bullmq: number }[] = [];
for (let round = 1; round <= rounds; round++) {
  const bullmq = await benchBullmq(platform.backing.redisUrl, runs);
  const jobflow = await benchJobflow(platform, runs);
  rates.push({ jobflow, bullmq });
  process.stdout.write(
    `round ${round}: Jobflow ${rate(jobflow)}, BullMQ ${rate(bullmq)}, ratio ${(jobflow / bullmq).toFixed(2)}\n`,
  );
}
printTable(`${runs.toLocaleString('en')} no-op runs, enqueued to finished, runs/s (median of ${rounds})`, [
  [
    'Jobflow: enqueueMany over GraphQL, fsync on every acknowledged write, visible in Postgres with history',
    rate(median(rates.map((r) => r.jobflow))),
  ],
  ['BullMQ 6: addBulk, no fsync, no history', rate(median(rates.map((r) => r.bullmq)))],
  ['ratio', median(rates.map((r) => r.jobflow / r.bullmq)).toFixed(2)],
]);

function rate(perSecond: number): string {
  return `${Math.round(perSecond).toLocaleString('en')}/s`;
}
