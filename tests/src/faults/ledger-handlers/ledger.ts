/**
 * Handlers for the fault tests. Every execution leaves its start and its end in the file that LEDGER names, outside of
 * everything that is tested, in one write each: what was written stays written when the process is killed.
 */
import { appendFileSync } from 'node:fs';
import { setImmediate as nextTurn, setTimeout as wait } from 'node:timers/promises';
import { defineHandler } from '@jobflow/sdk';

const ledger = process.env.LEDGER ?? '';
const note = (what: 'start' | 'end', runId: string, attempt: number) =>
  appendFileSync(ledger, `${what} ${runId} ${attempt} ${process.pid} ${process.ppid} ${Date.now()}\n`);

export const short = defineHandler('short', {}, async ({ runId, attempt }) => {
  note('start', runId, attempt);
  await nextTurn();
  note('end', runId, attempt);
});

export const long = defineHandler('long', {}, async ({ runId, attempt, signal }) => {
  note('start', runId, attempt);
  await wait(50 + Math.random() * 450, undefined, { signal });
  note('end', runId, attempt);
});

const soon = { maxAttempts: 3, backoff: 'FIXED', initialDelayMs: 100, jitter: 'NONE' } as const;
export const flaky = defineHandler('flaky', { retry: soon }, async ({ runId, attempt }) => {
  note('start', runId, attempt);
  await wait(5);
  note('end', runId, attempt);
  if (attempt === 1) throw new Error('the first attempt fails');
});

/** A node of a flow: it takes a moment, and fails if it is told to. */
export const step = defineHandler(
  'step',
  { retry: { maxAttempts: 1 } },
  async ({ runId, attempt, input, signal, noRetry }) => {
    const { fails, ms } = input as { fails: boolean; ms: number };
    note('start', runId, attempt);
    await wait(ms, undefined, { signal });
    note('end', runId, attempt);
    if (fails) noRetry('it was told to fail');
  },
);
