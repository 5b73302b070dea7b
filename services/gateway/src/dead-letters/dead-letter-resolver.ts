import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Ctx, Info, Int, Query, Resolver } from 'type-graphql';
import type { Context } from '../context/context.js';
import { selectedFields } from '../paging/selected-fields.js';
import { RunFilter } from '../runs/run-filter.js';
import { DeadLetterGroupConnection } from './dead-letter-group.js';
import { listDeadLetters } from './list-dead-letters.js';

@Resolver()
export class DeadLetterResolver {
  /** Open ones, the largest group first. */
  @Query(() => DeadLetterGroupConnection, { nullable: true })
  deadLetterGroups(
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
    @Arg('filter', () => RunFilter, { nullable: true }) filter?: RunFilter | null,
    @Arg('first', () => Int, { nullable: true, defaultValue: 50 }) first?: number | null,
    @Arg('after', () => String, { nullable: true }) after?: string | null,
  ): Promise<DeadLetterGroupConnection> {
    return listDeadLetters(ctx, { filter, first, after }, selectedFields(info));
  }
}
