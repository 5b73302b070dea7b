import type { EnqueueFields } from '@jobflow/domain';
import type { StateStore } from '@jobflow/platform';
import { hasQueue } from '../queues/known-queue.js';
import type { Run } from './run.js';

type Ended = Pick<Run, 'id' | 'job' | 'jobRevision' | 'queue' | 'priority' | 'tags' | 'retry' | 'timeout'>;

/** What a run that does another's work again takes over from it, besides the input. The rest is as the job is now. */
export function againFields(old: Ended, store: Pick<StateStore, 'jobs' | 'queues'>): EnqueueFields {
  return {
    ...(hasQueue(store, old.queue) && { queue: old.queue }),
    priority: old.priority,
    tags: old.tags,
    retryOf: old.id,
    // Of the same revision, what this one run was given on top of the job holds for the next as well.
    ...(store.jobs.get(old.job)?.state.revision === old.jobRevision && { retry: old.retry, timeout: old.timeout }),
  };
}
