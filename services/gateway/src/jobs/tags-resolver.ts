import { Arg, Ctx, Int, Query, Resolver } from 'type-graphql';
import type { Context } from '../context/context.js';
import { checkFirst } from '../paging/check-first.js';

/** Tags of runs are looked for among this many of the newest. */
const LOOKED_AT = 10_000;

@Resolver()
export class TagsResolver {
  /** Tags in use by jobs, schedules and recent runs, in order. */
  @Query(() => [String], { nullable: true })
  async tags(
    @Ctx() ctx: Context,
    @Arg('prefix', () => String, { nullable: true }) prefix?: string | null,
    @Arg('first', () => Int, { nullable: true, defaultValue: 50 }) first?: number | null,
  ): Promise<string[]> {
    const size = checkFirst(first, 50);
    const rows = await ctx.db.query<{ tag: string }>(
      `select distinct unnest(tags) as tag from (select tags from read.runs order by id desc limit ${LOOKED_AT}) as recent`,
    );
    const tags = new Set(rows.map(({ tag }) => tag));
    for (const { state } of ctx.stateStore.jobs.values()) for (const tag of state.tags) tags.add(tag);
    for (const { state } of ctx.stateStore.schedules.values()) for (const tag of state.tags) tags.add(tag);
    return [...tags]
      .filter((tag) => tag.startsWith(prefix ?? ''))
      .sort()
      .slice(0, size);
  }
}
