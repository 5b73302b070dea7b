import type { Json } from '@jobflow/contracts';
import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Ctx, FieldResolver, ID, Info, Int, Mutation, Query, Resolver, Root, Subscription } from 'type-graphql';
import type { Context } from '../context/context.js';
import { badUserInput } from '../errors/refusals.js';
import { checkFirst, maxList } from '../paging/check-first.js';
import { selectedFields } from '../paging/selected-fields.js';
import { RunFilter } from '../runs/run-filter.js';
import { DateTime, JsonScalar, SafeInt } from '../schema/scalars.js';
import * as commands from './bulk-commands.js';
import { BulkAction } from './bulk-enums.js';
import { bulkFrames } from './bulk-frames.js';
import { BulkFailure, BulkOperation, BulkOperationConnection, BulkPreview } from './bulk-operation.js';
import { previewBulk } from './preview-bulk.js';
import { findOperation, listOperations, operationOf } from './read-bulk.js';

type Maybe<T> = T | null | undefined;

@Resolver(() => BulkOperation)
export class BulkResolver {
  @Query(() => BulkPreview, { nullable: true })
  previewBulk(
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
    @Arg('action', () => BulkAction) action: keyof typeof BulkAction,
    @Arg('filter', () => RunFilter) filter: RunFilter,
  ): Promise<BulkPreview> {
    return previewBulk(ctx, action, filter, selectedFields(info));
  }

  @Query(() => BulkOperation, { nullable: true })
  async bulkOperation(@Ctx() ctx: Context, @Arg('id', () => ID) id: string): Promise<BulkOperation | undefined> {
    const row = await findOperation(ctx, id);
    return row && operationOf(row);
  }

  @Query(() => BulkOperationConnection, { nullable: true })
  bulkOperations(
    @Ctx() ctx: Context,
    @Arg('first', () => Int, { nullable: true, defaultValue: 50 }) first?: number | null,
    @Arg('after', () => String, { nullable: true }) after?: string | null,
  ): Promise<BulkOperationConnection> {
    return listOperations(ctx, { first, after });
  }

  @Mutation(() => BulkOperation, { nullable: true })
  async cancelRuns(
    @Ctx() ctx: Context,
    @Arg('filter', () => RunFilter) filter: RunFilter,
    @Arg('reason', () => String, { nullable: true }) reason?: string | null,
    @Arg('expectedCount', () => SafeInt, { nullable: true }) expectedCount?: number | null,
    @Arg('asOf', () => DateTime, { nullable: true }) asOf?: Date | null,
  ): Promise<BulkOperation> {
    return operationOf(await commands.cancelRuns(ctx, { filter, reason, expectedCount, asOf }));
  }

  @Mutation(() => BulkOperation, { nullable: true })
  async retryRuns(
    @Ctx() ctx: Context,
    @Arg('filter', () => RunFilter) filter: RunFilter,
    @Arg('expectedCount', () => SafeInt, { nullable: true }) expectedCount?: number | null,
    @Arg('asOf', () => DateTime, { nullable: true }) asOf?: Date | null,
  ): Promise<BulkOperation> {
    return operationOf(await commands.retryRuns(ctx, { filter, expectedCount, asOf }));
  }

  /** `at` null: now. */
  @Mutation(() => BulkOperation, { nullable: true })
  async rescheduleRuns(
    @Ctx() ctx: Context,
    @Arg('filter', () => RunFilter) filter: RunFilter,
    @Arg('at', () => DateTime, { nullable: true }) at?: Date | null,
    @Arg('expectedCount', () => SafeInt, { nullable: true }) expectedCount?: number | null,
    @Arg('asOf', () => DateTime, { nullable: true }) asOf?: Date | null,
  ): Promise<BulkOperation> {
    return operationOf(await commands.rescheduleRuns(ctx, { filter, at, expectedCount, asOf }));
  }

  /** `input` replaces, `inputPatch` merges into each; the job's current revision runs. */
  @Mutation(() => BulkOperation, { nullable: true })
  async redriveDeadLetters(
    @Ctx() ctx: Context,
    @Arg('filter', () => RunFilter) filter: RunFilter,
    @Arg('input', () => JsonScalar, { nullable: true }) input?: Json,
    @Arg('inputPatch', () => JsonScalar, { nullable: true }) inputPatch?: Json,
    @Arg('perSecond', () => Int, { nullable: true }) perSecond?: number | null,
    @Arg('expectedCount', () => SafeInt, { nullable: true }) expectedCount?: number | null,
    @Arg('asOf', () => DateTime, { nullable: true }) asOf?: Date | null,
  ): Promise<BulkOperation> {
    const changes = { input: input ?? undefined, inputPatch: inputPatch ?? undefined };
    return operationOf(await commands.redriveDeadLetters(ctx, { filter, ...changes, perSecond, expectedCount, asOf }));
  }

  @Mutation(() => BulkOperation, { nullable: true })
  async discardDeadLetters(
    @Ctx() ctx: Context,
    @Arg('filter', () => RunFilter) filter: RunFilter,
    @Arg('reason', () => String) reason: string,
    @Arg('expectedCount', () => SafeInt, { nullable: true }) expectedCount?: number | null,
    @Arg('asOf', () => DateTime, { nullable: true }) asOf?: Date | null,
  ): Promise<BulkOperation> {
    return operationOf(await commands.discardDeadLetters(ctx, { filter, reason, expectedCount, asOf }));
  }

  /** What is done stays done. */
  @Mutation(() => BulkOperation, { nullable: true })
  async abortBulkOperation(@Ctx() ctx: Context, @Arg('id', () => ID) id: string): Promise<BulkOperation> {
    return operationOf(await commands.abortBulkOperation(ctx, id));
  }

  /** Of a cancel or a discard. */
  @Mutation(() => BulkOperation, { nullable: true })
  async undoBulkOperation(@Ctx() ctx: Context, @Arg('id', () => ID) id: string): Promise<BulkOperation> {
    return operationOf(await commands.undoBulkOperation(ctx, id));
  }

  @Subscription(() => BulkOperation, {
    subscribe: ({ args, context }) => bulkFrames(context as Context, args.id as Maybe<string>),
  })
  bulkOperationUpdates(
    @Root() operation: BulkOperation,
    @Arg('id', () => ID, { nullable: true }) _id?: string | null,
  ): BulkOperation {
    return operation;
  }

  /** The first thousand; `after` is the index of the last one seen. */
  @FieldResolver(() => [BulkFailure])
  failures(
    @Root() operation: BulkOperation,
    @Ctx() ctx: Context,
    @Arg('first', () => Int, { nullable: true, defaultValue: 50 }) first?: number | null,
    @Arg('after', () => Int, { nullable: true, defaultValue: 0 }) after?: number | null,
  ): Promise<BulkFailure[]> {
    const size = checkFirst(first, 50, maxList);
    if ((after ?? 0) < 0) throw badUserInput({ after: 'must be 0 or the index of a failure' });
    return ctx.db.query<BulkFailure>(
      `select n as index, run_id as id, code, message from gateway.bulk_failures
       where operation_id = $1 and n > $2 order by n limit ${size}`,
      [operation.id, after ?? 0],
    );
  }
}
