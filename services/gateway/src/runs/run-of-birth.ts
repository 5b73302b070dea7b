import type { RunEventOf } from '@jobflow/contracts';
import { evolveRun } from '@jobflow/domain';
import type { Run } from './run.js';

/** The run as its first event makes it: what a read model that has seen the event shows. */
export function runOfBirth(event: RunEventOf<'RunQueued' | 'RunPlanned'>, at: number, seq: number, actor: string): Run {
  const { state } = evolveRun(undefined, event, { at, seq, actor });
  if (!state) throw new Error(`${event.type} begins no run`);
  const { retry, timeout, input, idempotencyKey, uniqueKey, createdBy, traceparent } = event.run;
  return {
    ...state,
    input,
    retry,
    timeout,
    idempotencyKey,
    uniqueKey,
    createdBy,
    traceId: traceparent?.split('-')[1],
    retriedBy: [],
  };
}
