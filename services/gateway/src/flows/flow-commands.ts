import { controlSubject, flowRetryMsgId, type RunEvent } from '@jobflow/contracts';
import { flowRunIds } from '@jobflow/domain';
import { requireJob } from '../auth/principal.js';
import { byOf, type Context, catchUp, notePosition } from '../context/context.js';
import { noteChange } from '../definitions/note-change.js';
import { badUserInput, conflict, queueFull } from '../errors/refusals.js';
import { awaitVerdict } from '../run-log/await-verdict.js';
import { logGauge } from '../run-log/log-gauge.js';
import type { Flow } from './flow.js';
import { requireFlow } from './read-flows.js';

const REASON_LENGTH = 1_000;

/**
 * Asks for a flow's end, and answers once the fold has judged: what waits is cancelled at once, what runs is told to
 * stop, and nothing more is released. Cancelled already: the same answer; ended otherwise: CONFLICT.
 */
export async function cancelFlow(ctx: Context, id: string, reason: string | undefined): Promise<Flow> {
  if (reason !== undefined && reason.length > REASON_LENGTH)
    throw badUserInput({ reason: `must have at most ${REASON_LENGTH} characters` });
  const flow = await flowToChange(ctx, id);
  if (flow.status === 'CANCELLED') return flow;
  refuseEnded(flow);
  if (flow.cancelRequestedAt) return flow;
  const runIds = flowRunIds(flow.id, flow.total);
  const msgId = `${flow.id}:cancel:${flow.retries}`;
  const after = await say(ctx, flow, { type: 'FlowCancelRequested', flowId: flow.id, reason, runIds }, msgId, reason);
  await noteChange(ctx, { action: 'flow.cancelled', target: flow.id, reason });
  if (!after.cancelRequestedAt) refuseEnded(after);
  return after;
}

/** Lets failed nodes, and those that were cancelled, run again in the same flow. */
export async function retryFlow(ctx: Context, id: string): Promise<Flow> {
  const flow = await flowToChange(ctx, id);
  if (flow.status === 'RUNNING' || flow.status === 'SUCCEEDED') {
    const why = flow.status === 'RUNNING' ? 'it has not ended yet' : 'none of its nodes failed';
    throw conflict(`The flow cannot be retried: ${why}.`, { currentStatus: flow.status });
  }
  if (!(await logGauge(ctx).admits())) throw queueFull();
  const n = flow.retries + 1;
  const after = await say(ctx, flow, { type: 'FlowRetryRequested', flowId: flow.id, n }, flowRetryMsgId(flow.id, n));
  if (after.retries < n)
    throw conflict('The flow cannot be retried: all that did not succeed in it has expired, or depends on what has.', {
      currentStatus: after.status,
    });
  await noteChange(ctx, { action: 'flow.retried', target: flow.id });
  return after;
}

async function flowToChange(ctx: Context, id: string): Promise<Flow> {
  await catchUp(ctx);
  const flow = await requireFlow(ctx, id);
  for (const job of flow.jobs) requireJob(ctx.principal, job);
  return flow;
}

function refuseEnded({ status }: Flow): void {
  if (status === 'RUNNING' || status === 'CANCELLED') return;
  throw conflict(`The flow has ended already: it is ${status}.`, { currentStatus: status });
}

/** Appends an event about the flow, and answers with the flow as the fold made it. */
async function say(ctx: Context, flow: Flow, event: RunEvent, msgId: string, reason?: string): Promise<Flow> {
  const messages = [{ subject: controlSubject(flow.queue), events: [event] }];
  const appended = await ctx.log.append({ messages, msgId, by: byOf(ctx, reason) });
  if (!appended.ok) throw queueFull('The log is full, so no flow can be changed until there is room.');
  notePosition(ctx, { runs: appended.seq });
  await awaitVerdict(ctx, appended.seq, 'flow');
  return requireFlow(ctx, flow.id);
}
