import { Arg, Ctx, Query, Resolver, Root, Subscription } from 'type-graphql';
import type { Context } from '../context/context.js';
import { Loaders } from '../context/loaders.js';
import { refuseAsOf } from '../paging/refuse-as-of.js';
import { DateTime, SafeInt } from '../schema/scalars.js';
import { changing, pulses } from './pulses.js';
import { checkWindow, DEFAULT_WINDOW_MS, readStats } from './read-stats.js';
import { recentAnswer } from './recent-answers.js';
import { Stats } from './stats.js';

const PACE = { minMs: 250, maxMs: 2_000 };
const SHARED_MS = 200;

@Resolver()
export class StatsResolver {
  @Query(() => Stats, { nullable: true })
  stats(
    @Ctx() ctx: Context,
    @Arg('windowMs', () => SafeInt, { nullable: true, defaultValue: DEFAULT_WINDOW_MS }) windowMs?: number | null,
    @Arg('asOf', () => DateTime, { nullable: true }) asOf?: Date | null,
  ): Promise<Stats> {
    refuseAsOf(asOf);
    return readStats(ctx, checkWindow(windowMs));
  }

  /** The first frame is the state now. */
  @Subscription(() => Stats, {
    name: 'stats',
    subscribe: ({ args, context }) => statsFrames(context as Context, checkWindow(args.windowMs)),
  })
  liveStats(
    @Root() stats: Stats,
    @Arg('windowMs', () => SafeInt, { nullable: true, defaultValue: DEFAULT_WINDOW_MS }) _windowMs?: number | null,
  ): Stats {
    return stats;
  }
}

/** What one frame looked up is old in the next. */
function statsFrames(ctx: Context, windowMs: number): AsyncIterable<Stats> {
  const read = () => readStats({ ...ctx, loaders: new Loaders() }, windowMs);
  return changing(pulses(ctx, PACE), () => recentAnswer(ctx.db, `stats ${windowMs}`, ctx.clock.now(), SHARED_MS, read));
}
