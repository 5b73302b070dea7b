import { Ctx, Mutation, Resolver } from 'type-graphql';
import type { Context } from '../context/context.js';
import { badUserInput } from '../errors/refusals.js';
import { requireRun } from '../runs/find-run.js';
import type { Run } from '../runs/run.js';
import { runOfBirth } from '../runs/run-of-birth.js';
import { PlainArg } from '../schema/plain-arg.js';
import { birthOf } from './append-runs.js';
import { EnqueueInput } from './enqueue-input.js';
import { type Enqueued, enqueueRuns } from './enqueue-runs.js';
import { EnqueueManyPayload, EnqueuePayload } from './payloads.js';

@Resolver()
export class EnqueueResolver {
  @Mutation(() => EnqueuePayload, { nullable: true })
  async enqueue(
    @PlainArg('input', () => EnqueueInput) input: EnqueueInput,
    @Ctx() ctx: Context,
  ): Promise<EnqueuePayload> {
    const { runs, position } = await enqueueRuns(ctx, [withHeaderKey(input, ctx.idempotencyKey)], () => '');
    const [enqueued] = runs as [Enqueued];
    return { run: await runOf(ctx, enqueued), duplicate: enqueued.duplicate, position };
  }

  @Mutation(() => EnqueueManyPayload, { nullable: true })
  async enqueueMany(
    @PlainArg('inputs', () => [EnqueueInput]) inputs: EnqueueInput[],
    @Ctx() ctx: Context,
  ): Promise<EnqueueManyPayload> {
    // One header for many runs: each gets a key of its own, so that the whole request can be repeated.
    const keyed = inputs.map((input, n) =>
      withHeaderKey(input, ctx.idempotencyKey && `${ctx.idempotencyKey}:${n}`, `inputs.${n}.`),
    );
    const { runs, position } = await enqueueRuns(ctx, keyed, (n) => `inputs.${n}.`);
    return {
      ids: runs.map(({ id }) => id),
      duplicates: runs.filter(({ duplicate }) => duplicate).map(({ id }) => id),
      position,
    };
  }
}

function withHeaderKey(input: EnqueueInput, header: string | undefined, path = ''): EnqueueInput {
  if (!header || header === input.idempotencyKey) return input;
  if (input.idempotencyKey) {
    throw badUserInput({ [`${path}idempotencyKey`]: 'differs from the Idempotency-Key header; send one of them' });
  }
  return { ...input, idempotencyKey: header };
}

/** From the event itself where there is one: the answer needs no read model. */
async function runOf(ctx: Context, { id, born }: Enqueued): Promise<Run> {
  return born ? runOfBirth(birthOf(born), born.run.createdAt, born.seq, ctx.actor) : requireRun(ctx, id);
}
