import { encodePosition, ZERO } from '@jobflow/contracts';
import { newId } from '@jobflow/platform';
import type { Context } from '../context/context.js';
import { settledState } from '../definitions/settled-state.js';
import { requestHash } from '../enqueue/request-hash.js';
import { ApiError } from '../errors/api-error.js';
import { badUserInput, idempotencyMismatch, queueFull } from '../errors/refusals.js';
import { logGauge } from '../run-log/log-gauge.js';
import { runOfBirth } from '../runs/run-of-birth.js';
import { appendFlow, type Birth, type NewFlow } from './append-flow.js';
import type { Flow, FlowNode, FlowPayload } from './flow.js';
import type { FlowInput } from './flow-input.js';
import { claimFlowKey, releaseFlowKey } from './flow-key.js';
import { nodesOf } from './flow-nodes.js';
import { prepareFlow } from './prepare-flow.js';
import { requireFlow } from './read-flows.js';

/** Enqueues a graph of runs, all or none, and answers from its own events. */
export async function enqueueFlow(ctx: Context, input: FlowInput, fields: ReadonlySet<string>): Promise<FlowPayload> {
  const idempotencyKey = keyOf(input, ctx.idempotencyKey);
  const store = await settledState(ctx);
  const nodes = prepareFlow(ctx, store, { ...input, idempotencyKey: idempotencyKey ?? null });
  if (!(await logGauge(ctx).admits())) throw queueFull();
  const fresh: NewFlow = { id: newId(), createdAt: ctx.clock.now(), input, idempotencyKey, nodes, verify: false };
  if (idempotencyKey === undefined) return make(ctx, fresh, false);

  const { id: flowId, createdAt: now } = fresh;
  const claim = await claimFlowKey(ctx, { key: idempotencyKey, hash: requestHash(input), flowId, now });
  switch (claim.kind) {
    case 'fresh':
      return makeOrRelease(ctx, fresh);
    case 'mismatch':
      throw idempotencyMismatch(idempotencyKey);
    case 'existing': {
      const { flowId: id, createdAt, there } = claim;
      // The same flow once more, with the same runs: it may be on its way after all, and the fold takes only one.
      return there ? known(ctx, id, fields) : make(ctx, { ...fresh, id, createdAt, verify: true }, true);
    }
    default:
      return claim satisfies never;
  }
}

function keyOf({ idempotencyKey }: FlowInput, header: string | undefined): string | undefined {
  if (header && idempotencyKey && header !== idempotencyKey)
    throw badUserInput({ idempotencyKey: 'differs from the Idempotency-Key header; send one of them' });
  return header ?? idempotencyKey ?? undefined;
}

async function makeOrRelease(ctx: Context, flow: NewFlow): Promise<FlowPayload> {
  try {
    return await make(ctx, flow, false);
  } catch (error) {
    // A refusal is certain, so nobody may be held up by its key; anything else may have been stored.
    if (error instanceof ApiError) await releaseFlowKey(ctx, flow.id);
    throw error;
  }
}

async function make(ctx: Context, flow: NewFlow, duplicate: boolean): Promise<FlowPayload> {
  const { seq, births } = await appendFlow(ctx, flow);
  const runs = flow.nodes.map(
    (node, n): FlowNode => ({
      key: node.key,
      run: runOfBirth(births[n] as Birth, flow.createdAt, seq, ctx.actor),
      dependsOn: node.dependsOn.flatMap((place) => flow.nodes[place]?.key ?? []),
      onDependencyFailure: node.onDependencyFailure,
    }),
  );
  const position = encodePosition({ ...ZERO, runs: seq });
  return { flowId: flow.id, runs, position, flow: bornFlow(ctx, flow, runs), duplicate };
}

const bornFlow = (ctx: Context, { id, createdAt, input }: NewFlow, born: FlowNode[]): Flow => ({
  id,
  name: input.name,
  status: 'RUNNING',
  tags: [...new Set(input.tags ?? [])],
  total: born.length,
  done: 0,
  failed: 0,
  createdAt: new Date(createdAt),
  createdBy: ctx.actor,
  jobs: [],
  queue: '',
  retries: 0,
  born,
});

async function known(ctx: Context, id: string, fields: ReadonlySet<string>): Promise<FlowPayload> {
  const flow = await requireFlow(ctx, id);
  const runs = await nodesOf(ctx, flow, fields);
  return { flowId: id, runs, position: encodePosition(ctx.live.position()), flow, duplicate: true };
}
