import type { FireOutcome } from './schedule.js';

/**
 * What became of a recorded tick. `ScheduleTicked` has no code of why one was skipped, only the scheduler's words for
 * people (`plan-ticks.ts`, `apply-overlap.ts` and `tick-unit.ts` there): here, and nowhere else, they are told apart, by
 * how they begin. tests/src/gateway/fires.int.test.ts holds this against a real scheduler.
 */
export function fireOutcome(outcome: 'fired' | 'skipped', why: string | null): FireOutcome {
  if (outcome === 'fired') return 'RAN';
  if (why?.startsWith('Missed') || why?.startsWith('No run could be made')) return 'MISSED';
  return why?.startsWith('Job ') && why.endsWith(' is disabled') ? 'PAUSED' : 'OVERLAPPED';
}
