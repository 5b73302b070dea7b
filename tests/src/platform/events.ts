import { defaultRetryPolicy, defaultTimeoutPolicy, type RunEventOf, type RunQueued } from '@jobflow/contracts';
import { newId } from '@jobflow/platform';

export const runQueued = (id = newId(), queue = 'default', priority = 5): RunQueued => ({
  type: 'RunQueued',
  run: {
    id,
    job: 'noop',
    jobRevision: 1,
    kind: 'HANDLER',
    queue,
    priority,
    input: { n: 1 },
    retry: defaultRetryPolicy,
    timeout: defaultTimeoutPolicy,
    createdAt: 1_700_000_000_000,
  },
  attempt: 1,
  delivery: 0,
});

export const runSucceeded = (runId = newId(), result: unknown = null): RunEventOf<'RunSucceeded'> => ({
  type: 'RunSucceeded',
  runId,
  attempt: 1,
  delivery: 0,
  claim: 0,
  workerId: 'w1',
  startedAt: 1,
  finishedAt: 2,
  result: result as null,
});
