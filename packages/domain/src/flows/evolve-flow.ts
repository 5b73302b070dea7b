import type { FlowCancelRequested, FlowRetryRequested, FlowStatus } from '@jobflow/contracts';
import type { FlowNodeState, FlowState, NodeEnd } from './flow-state.js';

/*
 * What follows from the end of one run for the other runs of its flow. Decided by the fold, in the order of the log, and
 * done at once: the next event finds it done. So a node is released by exactly one event, the end of the last one it
 * depends on, however often and in whatever order things are said, and whoever is killed meanwhile.
 *
 *   BLOCKED ── last parent ended ─────────────────────▶ SCHEDULED / QueueRun   (all succeeded, or it runs anyway)
 *      │  └─── a parent failed, was cancelled, expired ─▶ CANCELLED             (unless it runs anyway), and so on below it
 *      └────── the flow is cancelled ───────────────────▶ CANCELLED
 *   FAILED, CANCELLED ── the flow is retried ───────────▶ BLOCKED, or at once SCHEDULED
 */

/** What must be done to a run now. A cancellation of one that runs only marks it. */
export type FlowStep =
  | { kind: 'release'; runId: string; delayMs?: number | undefined }
  | { kind: 'cancel'; runId: string; reason: string | undefined }
  | { kind: 'restart'; runId: string };
export interface FlowEvolved {
  flow: FlowState;
  steps: FlowStep[];
  /** It ended just now. */
  ended?: { status: FlowStatus; at: number };
}

/** The run of a node has ended. An end that is known already, or of no node of this flow, changes nothing. */
export function nodeEnded(flow: FlowState, runId: string, end: NodeEnd, at: number): FlowEvolved {
  const { graph } = flow;
  const place = graph.places.get(runId);
  const node = place === undefined ? undefined : graph.nodes[place];
  if (place === undefined || !node || flow.ends[place] !== undefined) return { flow, steps: [] };
  const next: FlowState = {
    ...flow,
    ends: flow.ends.with(place, end),
    done: flow.done + 1,
    failed: flow.failed + (isFailure(end) ? 1 : 0),
  };
  // A flow that is cancelled has cancelled all that waited, once and for all.
  const steps = flow.cancelRequestedAt === undefined ? node.children.flatMap((c) => childStep(next, c, node, end)) : [];
  return next.done === graph.nodes.length ? finished(next, steps, at) : { flow: next, steps };
}

function childStep(flow: FlowState, place: number, parent: FlowNodeState, end: NodeEnd): FlowStep[] {
  const child = flow.graph.nodes[place];
  if (!child || flow.ends[place] !== undefined) return [];
  if (end !== 'SUCCEEDED' && !child.runsAnyway) {
    const reason = `It depends on ${parent.key} (run ${parent.runId}), which ${IN_WORDS[end]}`;
    return [{ kind: 'cancel', runId: child.runId, reason }];
  }
  return isReady(flow, child) ? [release(child)] : [];
}

const IN_WORDS = { FAILED: 'failed', CANCELLED: 'was cancelled', EXPIRED: 'expired' } as const;
const isFailure = (end: NodeEnd): boolean => end === 'FAILED' || end === 'EXPIRED';
const isReady = (flow: FlowState, { parents }: FlowNodeState): boolean =>
  parents.every((parent) => flow.ends[parent] !== undefined);
const release = ({ runId, delayMs }: FlowNodeState): FlowStep => ({
  kind: 'release',
  runId,
  ...(delayMs !== undefined && { delayMs }),
});

/** Ends what waits and marks what runs; from now on nothing is released. */
export function flowCancelled(flow: FlowState, event: FlowCancelRequested, at: number): FlowEvolved | 'refused' {
  if (flow.status !== 'RUNNING' || flow.cancelRequestedAt !== undefined) return 'refused';
  const { reason } = event;
  const steps = flow.graph.nodes
    .filter((_, n) => flow.ends[n] === undefined)
    .map(({ runId }): FlowStep => ({ kind: 'cancel', runId, reason }));
  return { flow: { ...flow, cancelRequestedAt: at, cancelReason: reason }, steps };
}

/**
 * Lets all that failed or was cancelled run again, except what would be cancelled again at once: expired nodes stay
 * expired, since their time has passed, and so does what cannot do without them.
 */
export function flowRetried(flow: FlowState, event: FlowRetryRequested): FlowEvolved | 'refused' {
  if (flow.status === 'RUNNING' || event.n !== flow.retries + 1) return 'refused';
  const again = toRunAgain(flow);
  if (again.size === 0) return 'refused';
  const { nodes } = flow.graph;
  const next: FlowState = {
    ...flow,
    ends: flow.ends.map((end, n) => (again.has(n) ? undefined : end)),
    status: 'RUNNING',
    done: flow.done - again.size,
    failed: flow.failed - [...again].filter((n) => flow.ends[n] === 'FAILED').length,
    cancelRequestedAt: undefined,
    cancelReason: undefined,
    finishedAt: undefined,
    retries: event.n,
  };
  const restarted = nodes.filter((_, n) => again.has(n));
  return {
    flow: next,
    steps: [
      ...restarted.map(({ runId }): FlowStep => ({ kind: 'restart', runId })),
      // What once had its delay is not kept waiting again.
      ...restarted.filter((node) => isReady(next, node)).map(({ runId }): FlowStep => ({ kind: 'release', runId })),
    ],
  };
}

/** Whether `retryFlow` would let anything run again. */
export const canRunAgain = (flow: FlowState): boolean => flow.status !== 'RUNNING' && toRunAgain(flow).size > 0;

function toRunAgain({ graph: { nodes }, ends }: FlowState): Set<number> {
  const again = new Set<number>();
  for (const [n, end] of ends.entries()) if (end === 'FAILED' || end === 'CANCELLED') again.add(n);
  const open = [...ends.keys()].filter((n) => ends[n] !== 'SUCCEEDED' && !again.has(n));
  for (let n = open.pop(); n !== undefined; n = open.pop())
    for (const child of nodes[n]?.children ?? [])
      if (!nodes[child]?.runsAnyway && again.delete(child)) open.push(child);
  return again;
}

function finished(flow: FlowState, steps: FlowStep[], at: number): FlowEvolved {
  const status = endOf(flow);
  return { flow: { ...flow, status, finishedAt: at }, steps, ended: { status, at } };
}

/** A node whose end was not success is dealt with when others depend on it and all of these run anyway. */
function endOf({ graph: { nodes }, ends, cancelRequestedAt }: FlowState): FlowStatus {
  if (cancelRequestedAt !== undefined && ends.includes('CANCELLED')) return 'CANCELLED';
  const matters = ({ children }: FlowNodeState, n: number): boolean =>
    ends[n] !== 'SUCCEEDED' && !(children.length > 0 && children.every((child) => nodes[child]?.runsAnyway));
  return nodes.some(matters) ? 'FAILED' : 'SUCCEEDED';
}
