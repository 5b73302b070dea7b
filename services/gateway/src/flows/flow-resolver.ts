import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Ctx, FieldResolver, ID, Info, Int, Mutation, Query, Resolver, Root } from 'type-graphql';
import type { Context } from '../context/context.js';
import { selectedFields } from '../paging/selected-fields.js';
import { enqueueFlow } from './enqueue-flow.js';
import { Flow, FlowConnection, FlowNode, FlowPayload } from './flow.js';
import { cancelFlow, retryFlow } from './flow-commands.js';
import { FlowFilter, FlowInput } from './flow-input.js';
import { nodesOf } from './flow-nodes.js';
import { listFlows } from './list-flows.js';
import { findFlow } from './read-flows.js';

@Resolver(() => Flow)
export class FlowResolver {
  @Query(() => Flow, { nullable: true })
  flow(@Arg('id', () => ID) id: string, @Ctx() ctx: Context): Promise<Flow | undefined> {
    return findFlow(ctx, id);
  }

  @Query(() => FlowConnection, { nullable: true })
  flows(
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
    @Arg('filter', () => FlowFilter, { nullable: true }) filter?: FlowFilter | null,
    @Arg('first', () => Int, { nullable: true, defaultValue: 50 }) first?: number | null,
    @Arg('after', () => String, { nullable: true }) after?: string | null,
  ): Promise<FlowConnection> {
    return listFlows(ctx, { filter, first, after }, selectedFields(info));
  }

  /** All or none. */
  @Mutation(() => FlowPayload, { nullable: true })
  enqueueFlow(
    @Arg('input', () => FlowInput) input: FlowInput,
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
  ): Promise<FlowPayload> {
    return enqueueFlow(ctx, input, selectedFields(info));
  }

  /** Cancelled already: the same answer; ended otherwise: CONFLICT. */
  @Mutation(() => Flow, { nullable: true })
  cancelFlow(
    @Arg('id', () => ID) id: string,
    @Ctx() ctx: Context,
    @Arg('reason', () => String, { nullable: true }) reason?: string | null,
  ): Promise<Flow> {
    return cancelFlow(ctx, id, reason ?? undefined);
  }

  /** Failed nodes and what they cancelled run again, in the same flow. */
  @Mutation(() => Flow, { nullable: true })
  retryFlow(@Arg('id', () => ID) id: string, @Ctx() ctx: Context): Promise<Flow> {
    return retryFlow(ctx, id);
  }

  /** Up to 1,000, with their runs: much for one field. */
  @FieldResolver(() => [FlowNode], { complexity: 20 })
  nodes(@Root() flow: Flow, @Ctx() ctx: Context, @Info() info: GraphQLResolveInfo): Promise<FlowNode[]> {
    return nodesOf(ctx, flow, selectedFields(info));
  }
}
