import {
  branchOf,
  branchToken,
  type CarriedOutAs,
  levelsOf,
  type QueueBranch,
  queueConsumer,
} from '@jobflow/contracts';
import type { PullLevel, StateStore } from '@jobflow/platform';
import type { QueueAllowances } from '../limits/queue-allowances.js';
import type { Runners } from './runners.js';

/** What a worker can carry out. */
interface CarriesOut {
  runners: Pick<Runners, 'find'>;
  /** Of a worker that is to end what nobody can carry out: whether another one can. */
  canOther?: ((run: CarriedOutAs & { queue: string }) => boolean) | undefined;
}

/**
 * The levels to pull from: those of the wanted queues that are not paused, and of their branches those that this worker
 * can carry out. What has no branch is anybody's; if none of its jobs is carried out here though, the worker only looks now
 * and then, for runs that were sent there by name, so that workers with queues of their own do not take each other's runs.
 */
export function wantedLevels(
  { queues, jobs }: Pick<StateStore, 'queues' | 'jobs'>,
  wanted: ReadonlySet<string> | undefined,
  allowances: Pick<QueueAllowances, 'of' | 'closeAllBut'>,
  { runners, canOther }: CarriesOut,
): PullLevel[] {
  const levels: PullLevel[] = [];
  const [own, others] = [new Set<string>(), new Set<string>()];
  for (const { state } of jobs.values()) {
    if (own.has(state.queue)) continue;
    const run = { job: state.name, kind: state.kind, limits: state.limits };
    if (branchOf(queues.get(state.queue)?.state, run)) continue;
    (runners.find(run).kind === 'elsewhere' ? others : own).add(state.queue);
  }
  const isOwn = ({ kind, job = '' }: QueueBranch) => runners.find({ kind, job }).kind !== 'elsewhere';
  const served = new Set<string>();
  for (const { state } of queues.values()) {
    if (state.paused || (wanted && !wanted.has(state.name))) continue;
    served.add(state.name);
    const allowance = allowances.of(state);
    const foreign = others.has(state.name) && !own.has(state.name);
    for (const { priority, branch } of levelsOf(state)) {
      const consumer = queueConsumer(state.name, priority, branch && branchToken(branch));
      if (branch && !isOwn(branch)) {
        if (!canOther) continue;
        const run = { queue: state.name, kind: branch.kind, job: branch.job ?? '' };
        // Not counted against the queue's limits: nothing of it starts here.
        levels.push({ priority, consumer, seldom: true, room: () => (canOther(run) ? 0 : 1) });
        continue;
      }
      // Looking at a limited queue takes a permit, which others may need: there it is asked for like any other.
      const seldom = !allowance && !branch && foreign;
      levels.push({ priority, consumer, seldom, ...(allowance && { allowance }) });
    }
  }
  allowances.closeAllBut(served);
  return levels;
}
