import { Ctx, FieldResolver, ID, Resolver, Root } from 'type-graphql';
import type { Context } from '../context/context.js';
import { Run } from '../runs/run.js';
import { Flow } from './flow.js';
import { neighboursOf } from './flow-nodes.js';
import { loadFlow } from './read-flows.js';

/** What a run has as a node of a flow. */
@Resolver(() => Run)
export class RunFlowFields {
  @FieldResolver(() => Flow, { nullable: true })
  async flow(@Root() run: Run, @Ctx() ctx: Context): Promise<Flow | undefined> {
    return run.flowId ? loadFlow(ctx, run.flowId) : undefined;
  }

  /** Runs of its flow that must have ended before it is queued. */
  @FieldResolver(() => [ID], { complexity: 1 })
  async dependsOn(@Root() run: Run, @Ctx() ctx: Context): Promise<string[]> {
    return (await neighboursOf(ctx, run)).dependsOn;
  }

  /** Runs of its flow that wait for it. */
  @FieldResolver(() => [ID], { complexity: 1 })
  async dependents(@Root() run: Run, @Ctx() ctx: Context): Promise<string[]> {
    return (await neighboursOf(ctx, run)).dependents;
  }
}
