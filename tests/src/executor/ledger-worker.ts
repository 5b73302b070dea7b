/**
 * A worker process for the fault tests: NATS_URL and LEDGER from the environment. Every execution leaves a line in the
 * ledger, outside of everything that is tested: run id, this process, attempt.
 */
import { appendFileSync, existsSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { createWorker, defineHandler } from '@jobflow/sdk';
import { pino } from 'pino';

const {
  NATS_URL: nats = '',
  LEDGER: ledger = '',
  GATE: gate = '',
  DRAIN_MS = '2000',
  CONCURRENCY = '50',
} = process.env;
const note = (runId: string, attempt: number) => appendFileSync(ledger, `${runId} ${process.pid} ${attempt}\n`);

const block = (ms: number) => {
  for (const until = Date.now() + ms; Date.now() < until; );
};
const killsItsProcess = defineHandler('kills-its-process', {}, ({ runId, attempt }) => {
  note(runId, attempt);
  process.kill(process.pid, 'SIGKILL');
  block(5_000);
});

const worker = createWorker({
  nats,
  drainMs: Number(DRAIN_MS),
  concurrency: Number(CONCURRENCY),
  logger: pino({ level: process.env.TEST_LOG ?? 'silent' }),
  handlers: [
    defineHandler('counted', {}, async ({ runId, attempt }) => note(runId, attempt)),
    defineHandler('held', {}, async ({ runId, attempt, signal }) => {
      note(runId, attempt);
      while (!existsSync(gate)) await wait(20, undefined, { signal });
    }),
    defineHandler('held-then-fails', {}, async ({ runId, attempt, signal }) => {
      note(runId, attempt);
      while (!existsSync(gate)) await wait(20, undefined, { signal });
      if (attempt === 1) throw new Error('the first attempt fails');
    }),
    defineHandler('apart', { isolation: 'process' }, async ({ runId, attempt, signal }) => {
      note(runId, attempt);
      while (!existsSync(gate)) await wait(20, undefined, { signal });
    }),
    killsItsProcess,
    // One that no other process could load.
    { ...killsItsProcess, name: 'kills-its-worker', module: undefined },
    defineHandler('blocks', {}, ({ runId, attempt, input }) => {
      note(runId, attempt);
      block(input.ms);
      return 'unblocked';
    }),
  ],
});
await worker.start();
process.send?.('ready');
process.on('disconnect', () => process.exit(1));
process.on('SIGTERM', async () => {
  await worker.stop();
  process.exit(0);
});
