import type { JobKind } from './names.js';
import type { QueueState } from './state-events.js';
import { base32 } from './subjects.js';

/** What decides who can carry a run out: the handler of its job, or its kind. */
export interface CarriedOutAs {
  kind: JobKind;
  job: string;
}

/**
 * A branch of a queue holds the runs of one handler, or of one kind, that some of its workers cannot carry out, so that
 * each of them takes only what it can. One is made when such a worker has met such a run: most queues have none.
 */
export type QueueBranch = NonNullable<QueueState['branches']>[number];

/** Of one queue. Beyond it, what a worker cannot carry out goes back and comes again. */
export const MOST_BRANCHES = 64;

/** A branch as a token of subjects and consumers. It never ends in a priority, so that names of consumers differ. */
export const branchToken = ({ kind, job }: Pick<QueueBranch, 'kind' | 'job'>): string =>
  kind === 'HANDLER' ? `h_${base32(job ?? '')}` : kind.toLowerCase();

/** The branch that runs of this handler or kind have in a queue, if it has one. */
export const branchOf = (
  queue: Pick<QueueState, 'branches'> | undefined,
  { kind, job }: CarriedOutAs,
): QueueBranch | undefined =>
  queue?.branches?.find((branch) => branch.kind === kind && (kind !== 'HANDLER' || branch.job === job));

/** All that has a consumer in a queue. */
export const levelsOf = ({ levels, branches = [] }: Pick<QueueState, 'levels' | 'branches'>) => [
  ...levels.map((priority) => ({ priority, branch: undefined })),
  ...branches.flatMap((branch) => branch.levels.map((priority) => ({ priority, branch }))),
];
