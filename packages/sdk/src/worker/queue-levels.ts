import { queueConsumer } from '@jobflow/contracts';
import type { PullLevel, StateStore } from '@jobflow/platform';
import type { QueueAllowances } from '../limits/queue-allowances.js';

/** The levels to pull from: those of the wanted queues that are not paused. Of the others nothing is kept. */
export function wantedLevels(
  queues: StateStore['queues'],
  wanted: ReadonlySet<string> | undefined,
  allowances: Pick<QueueAllowances, 'of' | 'closeAllBut'>,
): PullLevel[] {
  const levels: PullLevel[] = [];
  const served = new Set<string>();
  for (const { state } of queues.values()) {
    if (state.paused || (wanted && !wanted.has(state.name))) continue;
    served.add(state.name);
    const allowance = allowances.of(state);
    for (const priority of state.levels) {
      levels.push({ priority, consumer: queueConsumer(state.name, priority), ...(allowance && { allowance }) });
    }
  }
  allowances.closeAllBut(served);
  return levels;
}
