import type { Json } from '@jobflow/contracts';
import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Ctx, ID, Info, Int, Mutation, Query, Resolver } from 'type-graphql';
import { mayUseJob } from '../auth/principal.js';
import type { Context } from '../context/context.js';
import { refuseAsOf } from '../paging/refuse-as-of.js';
import { selectedFields } from '../paging/selected-fields.js';
import { DateTime, JsonScalar } from '../schema/scalars.js';
import { countFacet } from './count-facet.js';
import { findRun } from './find-run.js';
import { listRuns } from './list-runs.js';
import { rescheduleRun } from './reschedule-run.js';
import { Run, RunConnection } from './run.js';
import { cancelRun, retryRun } from './run-commands.js';
import { FacetCount } from './run-details.js';
import { RunFacet } from './run-enums.js';
import { RunFilter, RunSort } from './run-filter.js';
import { columnsFor } from './run-row.js';

@Resolver()
export class RunResolver {
  @Query(() => Run, { nullable: true })
  async run(
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
    @Arg('id', () => ID) id: string,
    @Arg('asOf', () => DateTime, { nullable: true }) asOf?: Date | null,
  ): Promise<Run | undefined> {
    refuseAsOf(asOf);
    const run = await findRun(ctx, id, columnsFor(selectedFields(info)));
    return run && mayUseJob(ctx.principal, run.job) ? run : undefined;
  }

  @Query(() => RunConnection, { nullable: true })
  runs(
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
    @Arg('filter', () => RunFilter, { nullable: true }) filter?: RunFilter | null,
    @Arg('sort', () => RunSort, { nullable: true }) sort?: RunSort | null,
    @Arg('first', () => Int, { nullable: true, defaultValue: 50 }) first?: number | null,
    @Arg('after', () => String, { nullable: true }) after?: string | null,
    @Arg('asOf', () => DateTime, { nullable: true }) asOf?: Date | null,
  ): Promise<RunConnection> {
    refuseAsOf(asOf);
    return listRuns(ctx, { filter, sort, first, after }, selectedFields(info));
  }

  @Query(() => [FacetCount], { nullable: true })
  runFacets(
    @Ctx() ctx: Context,
    @Arg('by', () => RunFacet) by: RunFacet,
    @Arg('filter', () => RunFilter, { nullable: true }) filter?: RunFilter | null,
    @Arg('first', () => Int, { nullable: true, defaultValue: 20 }) first?: number | null,
  ): Promise<FacetCount[]> {
    return countFacet(ctx, by, filter, first);
  }

  /** Cancelled already: the same answer; ended otherwise: CONFLICT. */
  @Mutation(() => Run, { nullable: true })
  cancelRun(
    @Arg('id', () => ID) id: string,
    @Ctx() ctx: Context,
    @Arg('reason', () => String, { nullable: true }) reason?: string | null,
  ): Promise<Run> {
    return cancelRun(ctx, id, reason ?? undefined);
  }

  /** SCHEDULED, RETRYING or QUEUED; `at` null: now. */
  @Mutation(() => Run, { nullable: true })
  rescheduleRun(
    @Arg('id', () => ID) id: string,
    @Ctx() ctx: Context,
    @Arg('at', () => DateTime, { nullable: true }) at?: Date | null,
    @Arg('priority', () => Int, { nullable: true }) priority?: number | null,
  ): Promise<Run> {
    return rescheduleRun(ctx, id, at, priority);
  }

  @Mutation(() => Run, { nullable: true })
  retryRun(
    @Arg('id', () => ID) id: string,
    @Ctx() ctx: Context,
    @Arg('input', () => JsonScalar, { nullable: true }) input?: Json,
  ): Promise<Run> {
    return retryRun(ctx, id, input ?? undefined);
  }
}
