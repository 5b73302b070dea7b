import { queueConsumer } from '@jobflow/contracts';
import type { PullLevel, StateStore } from '@jobflow/platform';
import type { QueueAllowances } from '../limits/queue-allowances.js';

/** The levels to pull from: those of the wanted queues that are not paused. */
export function wantedLevels(
  queues: StateStore['queues'],
  wanted: ReadonlySet<string> | undefined,
  allowances: Pick<QueueAllowances, 'of'>,
): PullLevel[] {
  const levels: PullLevel[] = [];
  for (const { state } of queues.values()) {
    if (state.paused || (wanted && !wanted.has(state.name))) continue;
    const allowance = allowances.of(state);
    for (const priority of state.levels) {
      levels.push({ priority, consumer: queueConsumer(state.name, priority), ...(allowance && { allowance }) });
    }
  }
  return levels;
}
