import { defaultRetryPolicy, defaultTimeoutPolicy, type JobState, type QueueState } from '@jobflow/contracts';
import { testClock } from '@jobflow/platform';
import type { BulkOperationRow } from '@jobflow/read-model';
import { describe, expect, it } from 'vitest';
import type { BulkItem, BulkParts, TargetRow } from './bulk-page.js';
import { planRuns } from './plan-runs.js';

const job: JobState = {
  ...{ name: 'mail', title: 'Mail', kind: 'HANDLER', queue: 'default', priority: 5, limits: {}, tags: [] },
  ...{ retry: defaultRetryPolicy, timeout: defaultTimeoutPolicy, guarantee: 'AT_LEAST_ONCE', logLevel: 'INFO' },
  ...{ enabled: true, revision: 2, createdAt: 1, updatedAt: 1 },
};
const queue = { name: 'default', levels: [5] } as unknown as QueueState;
const letter = {
  ...{ id: 'letter', job: 'mail', job_revision: 1, queue: 'default', priority: 5, tags: [], status: 'FAILED' },
  ...{ dead_letter: 'OPEN', policy: {}, created_at: new Date(0), operations: null, input: { n: 1 } },
} as unknown as TargetRow;
const operation = {
  id: 'operation',
  action: 'REDRIVE',
  options: { stateSeq: 0 },
  created_by: 'me',
} as BulkOperationRow;

/** Parts whose queue is ready; `kept` are the ids that were written down. */
function partsWith(known: JobState = job) {
  const kept: { n: number; made: string }[] = [];
  const parts = {
    clock: testClock(),
    stateStore: {
      jobs: new Map([['mail', { state: known }]]),
      queues: new Map([['default', { state: queue }]]),
    },
    db: {
      query: async (_: string, [, rows]: [string, string]) => {
        kept.push(...JSON.parse(rows));
        return [];
      },
    },
  } as unknown as BulkParts;
  return { parts, kept };
}
const item = (made: string | null): BulkItem => ({ n: 1, run_id: 'letter', made, target: letter });

describe('the run that is made for a dead letter', () => {
  it('has its id written down, and is stored in one unit with what becomes of the letter', async () => {
    const { parts, kept } = partsWith();
    const one = item(null);
    const { units, failures } = await planRuns(parts, operation, [one], new Set());
    expect(failures.size).toBe(0);
    expect(kept).toEqual([{ n: 1, made: one.made }]);
    expect(units).toEqual([
      {
        msgId: `${one.made}:0`,
        by: { actor: 'me' },
        messages: [
          expect.objectContaining({
            events: [{ type: 'RunQueued', attempt: 1, delivery: 0, run: expect.objectContaining({ id: one.made }) }],
          }),
          expect.objectContaining({
            events: [{ type: 'RunDeadLetterRedriven', runId: 'letter', by: one.made, operationId: 'operation' }],
          }),
        ],
      },
    ]);
  });

  it('is the same again for whoever goes on after a crash, and is checked before it starts', async () => {
    const { parts, kept } = partsWith();
    const { units } = await planRuns(parts, operation, [item('made-before')], new Set());
    expect(kept).toEqual([]);
    expect(units).toMatchObject([
      {
        msgId: 'made-before:0',
        messages: [{ events: [{ run: { id: 'made-before' }, verify: true }] }, { events: [{ by: 'made-before' }] }],
      },
    ]);
  });

  it('is not made once more when it is there', async () => {
    const { parts } = partsWith();
    const plan = await planRuns(parts, operation, [item('made-before')], new Set(['made-before']));
    expect(plan).toEqual({ units: [], failures: new Map() });
  });

  it('is none when the job takes no runs, and nothing is written down for it', async () => {
    const { parts, kept } = partsWith({ ...job, enabled: false });
    const { units, failures } = await planRuns(parts, operation, [item(null)], new Set());
    expect([units, kept]).toEqual([[], []]);
    expect(failures.get(1)).toMatchObject({ code: 'CONFLICT' });
  });
});
