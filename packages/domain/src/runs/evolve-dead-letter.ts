import type { RunEventOf } from '@jobflow/contracts';
import type { RunState } from './run-state.js';

type OnLetter = RunEventOf<'RunDeadLetterRedriven' | 'RunDeadLetterDiscarded' | 'RunDeadLetterReopened'>;

/** A run may be discarded and reopened for ever, its list of operations may not grow for ever. */
const KEPT_OPERATIONS = 20;

/** The run as one that this operation made or changed. */
export function touchedBy(state: RunState, operationId: string | undefined): RunState {
  if (operationId === undefined || state.operations?.includes(operationId)) return state;
  return { ...state, operations: [...(state.operations ?? []), operationId].slice(-KEPT_OPERATIONS) };
}

/**
 * What becomes of a run that has no attempt left. The run itself has ended and stays so.
 *
 *   OPEN ── redriven ──► REDRIVEN (for good: another run does its work)
 *     │ ▲
 *     │ └── reopened ──┐
 *     └── discarded ──► DISCARDED
 */
export function evolveDeadLetter(state: RunState, event: OnLetter): { state: RunState } | 'refused' {
  switch (event.type) {
    case 'RunDeadLetterRedriven':
      // The operation's runs are those it made: this one only led to one of them.
      return state.deadLetter === 'OPEN' ? { state: { ...state, deadLetter: 'REDRIVEN' } } : 'refused';
    case 'RunDeadLetterDiscarded':
      return state.deadLetter === 'OPEN'
        ? { state: { ...touchedBy(state, event.operationId), deadLetter: 'DISCARDED' } }
        : 'refused';
    case 'RunDeadLetterReopened':
      return state.deadLetter === 'DISCARDED'
        ? { state: { ...touchedBy(state, event.operationId), deadLetter: 'OPEN' } }
        : 'refused';
    default:
      return event satisfies never;
  }
}
