import {
  controlSubject,
  type FlowCreated,
  flowMsgId,
  limits,
  type RunDefinition,
  type RunEvent,
  type RunEventOf,
} from '@jobflow/contracts';
import { flowRunIds } from '@jobflow/domain';
import { subjectOf, type UnitMessage } from '@jobflow/platform';
import { byOf, type Context, notePosition } from '../context/context.js';
import { ensureLevel, levelKey, placeOf } from '../enqueue/append-runs.js';
import { payloadTooLarge, queueFull } from '../errors/refusals.js';
import type { FlowInput } from './flow-input.js';
import type { PreparedNode } from './prepare-flow.js';

/** A flow about to be appended; `verify` when it may be in the log already. */
export interface NewFlow {
  id: string;
  createdAt: number;
  input: FlowInput;
  idempotencyKey: string | undefined;
  nodes: readonly PreparedNode[];
  verify: boolean;
}
/** The subject on which a run is queued. */
type Placed = (run: RunDefinition) => string;
export type Birth = RunEventOf<'RunQueued' | 'RunPlanned'>;

/** The events the runs of a flow begin with, in the order of its nodes. */
export function birthsOf({ id, createdAt, nodes, verify }: NewFlow): Birth[] {
  const ids = flowRunIds(id, nodes.length);
  return nodes.map((node, n): Birth => {
    const flow = { id, key: node.key, ...(node.templated && { templated: true }) };
    const run: RunDefinition = { ...node.run, id: ids[n] ?? '', createdAt, flow };
    if (node.dependsOn.length > 0) return { type: 'RunPlanned', run, dueAt: node.dueAt ?? createdAt, blocked: true };
    return node.dueAt === undefined
      ? { type: 'RunQueued', run, attempt: 1, delivery: 0, ...(verify && { verify }) }
      : { type: 'RunPlanned', run, dueAt: node.dueAt };
  });
}

/** Appends a flow and all its runs as one atomic batch. @returns the sequence of the last of them, and the births in it */
export async function appendFlow(ctx: Context, flow: NewFlow): Promise<{ seq: number; births: Birth[] }> {
  const births = birthsOf(flow);
  const { messages, births: told } = flowMessages(flow, births, ctx.actor, (run) => subjectOf(ctx.stateStore, run));
  const bytes = messages.reduce((sum, { events }) => sum + Buffer.byteLength(JSON.stringify(events)), 0);
  if (bytes > limits.flowBytes)
    throw payloadTooLarge(
      `The flow has ${bytes} bytes with the specs of its jobs; at most ${limits.flowBytes} are allowed.`,
    );
  // A level's consumer must be there before its first message; blocked runs will need theirs as well.
  const levels = Map.groupBy(births, ({ run }) => levelKey(run));
  for (const [first] of levels.values()) if (first) await ensureLevel(ctx, placeOf(first.run));
  const appended = await ctx.log.append({ messages, msgId: flowMsgId(flow.id), by: byOf(ctx) });
  if (!appended.ok) {
    if (appended.reason === 'full') throw queueFull();
    throw new Error('the log reports a conflict for messages that expect nothing');
  }
  notePosition(ctx, { runs: appended.seq });
  return { seq: appended.seq, births: told };
}

/**
 * The messages of a flow: its FlowCreated first, each queued run in a message of its own, and planned ones gathered. At
 * most 1,000: where every node has its own message, one is planned for now instead and goes with the FlowCreated.
 */
export function flowMessages(
  flow: NewFlow,
  births: readonly Birth[],
  actor: string,
  placed: Placed,
): { messages: UnitMessage[]; births: Birth[] } {
  const home = (births.find(({ type }) => type === 'RunQueued') ?? births[0])?.run.queue ?? '';
  const created = flowCreated(flow, births, home, actor);
  const messages = messagesOf(created, births, placed);
  if (messages.length <= limits.batchMessages) return { messages, births: [...births] };
  const spared = births.findIndex(({ type }) => type === 'RunQueued');
  const told = births.map(
    (birth, n): Birth => (n === spared ? { type: 'RunPlanned', run: birth.run, dueAt: flow.createdAt } : birth),
  );
  const rest = told.filter((_, n) => n !== spared);
  const [first, ...others] = messagesOf(created, rest, placed);
  const events = [...(first?.events ?? []), told[spared] as Birth];
  return { messages: [{ subject: controlSubject(home), events }, ...others], births: told };
}

function flowCreated(
  { id, createdAt, input, idempotencyKey, nodes }: NewFlow,
  births: readonly Birth[],
  queue: string,
  actor: string,
): FlowCreated {
  return {
    type: 'FlowCreated',
    id,
    ...(input.name && { name: input.name }),
    ...(input.tags?.length && { tags: [...new Set(input.tags)] }),
    ...(input.callbackUrl && { callbackUrl: input.callbackUrl }),
    ...(idempotencyKey !== undefined && { idempotencyKey }),
    queue,
    createdAt,
    createdBy: actor,
    nodes: nodes.map(({ key, dependsOn, onDependencyFailure, delayMs }, n) => ({
      key,
      runId: births[n]?.run.id ?? '',
      job: births[n]?.run.job ?? '',
      ...(dependsOn.length > 0 && { dependsOn }),
      ...(onDependencyFailure === 'RUN' && { onDependencyFailure }),
      ...(delayMs !== undefined && { delayMs }),
    })),
  };
}

function messagesOf(created: FlowCreated, births: readonly Birth[], placed: Placed): UnitMessage[] {
  const planned = births.filter(({ type }) => type === 'RunPlanned');
  const messages: UnitMessage[] = [{ subject: controlSubject(created.queue), events: [created] }];
  for (const [queue, events] of Map.groupBy(planned, ({ run }) => run.queue))
    for (const part of commitsOf(events)) messages.push({ subject: controlSubject(queue), events: part });
  for (const birth of births) {
    if (birth.type === 'RunQueued') messages.push({ subject: placed(birth.run), events: [birth] });
  }
  return messages;
}

const HEAD_BYTES = 512;

/** Events in order, as many together as fit one commit. */
function commitsOf(events: readonly RunEvent[]): RunEvent[][] {
  const commits: RunEvent[][] = [];
  let open: RunEvent[] = [];
  let bytes = HEAD_BYTES;
  for (const event of events) {
    const size = Buffer.byteLength(JSON.stringify(event)) + 1;
    if (open.length > 0 && (open.length === limits.commitEvents || bytes + size > limits.commitBytes)) {
      commits.push(open);
      open = [];
      bytes = HEAD_BYTES;
    }
    open.push(event);
    bytes += size;
  }
  if (open.length > 0) commits.push(open);
  return commits;
}
