import { type FlowCreated, type FlowEvent, isTerminal } from '@jobflow/contracts';
import {
  beginFlow,
  type FlowEvolved,
  type FlowState,
  type FlowStep,
  flowCancelled,
  flowRetried,
  type NodeEnd,
  nodeEnded,
  type RunLifeEvent,
  type RunState,
} from '@jobflow/domain';
import type { RunsFolded } from '../runs/fold-runs.js';
import type { RunCache } from '../runs/run-cache.js';
import type { FlowBook } from './flow-book.js';

/** A row of read.flows as the writer needs it. */
export interface FlowRow {
  state: FlowState;
  changedSeq: number;
  /** Present when the flow is new in this batch. */
  created?: FlowCreated;
}
type Folding = Pick<RunsFolded, 'flows' | 'notifyFlows'>;

/** An event about a whole flow: what it asks of its runs. One that does not hold asks nothing. */
export function foldFlowEvent(folded: Folding, flows: FlowBook, event: FlowEvent, at: number, seq: number): FlowStep[] {
  if (event.type === 'FlowCreated') {
    // Appended again by somebody who was unsure: it stands already.
    if (flows.get(event.id)) return [];
    const state = beginFlow(event);
    flows.set(state);
    folded.flows.set(state.id, { state, changedSeq: seq, created: event });
    return [];
  }
  const flow = flows.get(event.flowId);
  if (!flow) return [];
  const evolved = event.type === 'FlowCancelRequested' ? flowCancelled(flow, event, at) : flowRetried(flow, event);
  return evolved === 'refused' ? [] : keep(folded, flows, evolved, seq);
}

/** What follows for the other runs of its flow when a run has just ended. */
export function foldNodeEnd(folded: Folding, flows: FlowBook, run: RunState, at: number, seq: number): FlowStep[] {
  const flow = run.flowId === undefined ? undefined : flows.get(run.flowId);
  return flow ? keep(folded, flows, nodeEnded(flow, run.id, run.status as NodeEnd, run.finishedAt ?? at), seq) : [];
}

function keep(folded: Folding, flows: FlowBook, { flow, steps, ended }: FlowEvolved, seq: number): FlowStep[] {
  flows.set(flow);
  const row = folded.flows.get(flow.id);
  folded.flows.set(flow.id, { ...row, state: flow, changedSeq: seq });
  if (ended && flow.callbackUrl !== undefined)
    folded.notifyFlows.push({ flowId: flow.id, ...ended, callbackUrl: flow.callbackUrl });
  return steps;
}

/** A step as an event of its run; undefined when the run is past it: another step came first, or it ended by itself. */
export function eventOfStep(step: FlowStep, cache: Pick<RunCache, 'get'>, at: number): RunLifeEvent | undefined {
  const { runId } = step;
  const run = cache.get(runId);
  if (!run) return undefined;
  switch (step.kind) {
    case 'release':
      return run.status === 'BLOCKED' ? { type: 'RunReleased', runId, at, delayMs: step.delayMs } : undefined;
    case 'restart':
      return isTerminal(run.status) ? { type: 'RunRestarted', runId, at } : undefined;
    case 'cancel':
      return isTerminal(run.status) || run.cancelRequestedAt !== undefined
        ? undefined
        : { type: 'RunCancelRequested', runId, reason: step.reason };
    default:
      return step satisfies never;
  }
}
