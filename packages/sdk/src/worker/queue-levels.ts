import { queueConsumer } from '@jobflow/contracts';
import type { PullLevel, StateStore } from '@jobflow/platform';
import type { QueueAllowances } from '../limits/queue-allowances.js';
import type { Runners } from './runners.js';

/**
 * The levels to pull from: those of the wanted queues that are not paused. Of the others nothing is kept. A queue has to do
 * with a worker if one of its jobs is carried out there, or if it has none yet; on others it only looks now and then, for
 * runs that were sent there by name, so that workers with queues of their own do not take each other's runs.
 */
export function wantedLevels(
  { queues, jobs }: Pick<StateStore, 'queues' | 'jobs'>,
  wanted: ReadonlySet<string> | undefined,
  allowances: Pick<QueueAllowances, 'of' | 'closeAllBut'>,
  runners: Pick<Runners, 'find'>,
): PullLevel[] {
  const levels: PullLevel[] = [];
  const [own, others] = [new Set<string>(), new Set<string>()];
  for (const { state } of jobs.values()) {
    if (own.has(state.queue)) continue;
    const found = runners.find({ job: state.name, kind: state.kind, limits: state.limits });
    (found.kind === 'elsewhere' ? others : own).add(state.queue);
  }
  const served = new Set<string>();
  for (const { state } of queues.values()) {
    if (state.paused || (wanted && !wanted.has(state.name))) continue;
    served.add(state.name);
    const allowance = allowances.of(state);
    // Looking at a limited queue takes a permit, which others may need: there it is asked for like any other.
    const seldom = !allowance && others.has(state.name) && !own.has(state.name);
    for (const priority of state.levels) {
      const consumer = queueConsumer(state.name, priority);
      levels.push({ priority, consumer, seldom, ...(allowance && { allowance }) });
    }
  }
  allowances.closeAllBut(served);
  return levels;
}
