/**
 * A worker process for the tests of limits under faults: NATS_URL, REDIS_URL and LEDGER from the environment. Each start
 * and end of a handler leaves a line in the ledger: `+` or `-`, run id, this process.
 */
import { appendFileSync, existsSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { createWorker, defineHandler } from '@jobflow/sdk';
import { pino } from 'pino';

const { NATS_URL: nats = '', REDIS_URL: redis = '', LEDGER: ledger = '', GATE: gate = '' } = process.env;
const limits = { concurrency: Number(process.env.LIMIT ?? 3) };
const note = (what: '+' | '-', runId: string) => appendFileSync(ledger, `${what} ${runId} ${process.pid}\n`);

const handle = async ({ input, runId, signal }: { input: unknown; runId: string; signal: AbortSignal }) => {
  const { ms = 0, held = false } = input as { ms?: number; held?: boolean };
  note('+', runId);
  try {
    while (held && !existsSync(gate)) await wait(20, undefined, { signal });
    if (ms > 0) await wait(ms, undefined, { signal });
  } finally {
    note('-', runId);
  }
};
const worker = createWorker({
  nats,
  redis,
  drainMs: 1_000,
  concurrency: Number(process.env.CONCURRENCY ?? 20),
  logger: pino({ level: process.env.TEST_LOG ?? 'silent' }),
  handlers: [defineHandler('limited', { limits }, handle), defineHandler('free', {}, handle)],
});
await worker.start();
process.send?.('ready');
process.on('disconnect', () => process.exit(1));
process.on('SIGTERM', async () => {
  await worker.stop();
  process.exit(0);
});
