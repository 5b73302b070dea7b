import { Ctx, FieldResolver, Float, Int, Resolver, Root } from 'type-graphql';
import type { Context } from '../context/context.js';
import { SafeInt } from '../schema/scalars.js';
import { Queue } from './queue.js';
import { type QueueFigures, queueFigures } from './queue-figures.js';

type Counted = Exclude<keyof QueueFigures, 'oldestWaitMs' | 'avgDurationMs' | 'waitP95Ms' | 'etaMs'>;

/** A queue's figures; all of a request are read together, and only if one of them is selected. */
@Resolver(() => Queue)
export class QueueFields {
  /** Queued runs. */
  @FieldResolver(() => SafeInt)
  depth(@Root() queue: Queue, @Ctx() ctx: Context) {
    return figure(ctx, queue, 'depth');
  }

  @FieldResolver(() => SafeInt)
  active(@Root() queue: Queue, @Ctx() ctx: Context) {
    return figure(ctx, queue, 'active');
  }

  @FieldResolver(() => SafeInt)
  scheduled(@Root() queue: Queue, @Ctx() ctx: Context) {
    return figure(ctx, queue, 'scheduled');
  }

  @FieldResolver(() => SafeInt)
  retrying(@Root() queue: Queue, @Ctx() ctx: Context) {
    return figure(ctx, queue, 'retrying');
  }

  @FieldResolver(() => SafeInt)
  blocked(@Root() queue: Queue, @Ctx() ctx: Context) {
    return figure(ctx, queue, 'blocked');
  }

  @FieldResolver(() => SafeInt)
  succeeded(@Root() queue: Queue, @Ctx() ctx: Context) {
    return figure(ctx, queue, 'succeeded');
  }

  @FieldResolver(() => SafeInt)
  failed(@Root() queue: Queue, @Ctx() ctx: Context) {
    return figure(ctx, queue, 'failed');
  }

  /** Open ones. */
  @FieldResolver(() => SafeInt)
  deadLetters(@Root() queue: Queue, @Ctx() ctx: Context) {
    return figure(ctx, queue, 'deadLetters');
  }

  @FieldResolver(() => SafeInt, { nullable: true })
  async oldestWaitMs(@Root() queue: Queue, @Ctx() ctx: Context): Promise<number | null> {
    return (await queueFigures(ctx, queue)).oldestWaitMs;
  }

  /** Of the last 60 s, as are the other rates. */
  @FieldResolver(() => Float)
  enqueuedPerMinute(@Root() queue: Queue, @Ctx() ctx: Context) {
    return figure(ctx, queue, 'enqueuedPerMinute');
  }

  @FieldResolver(() => Float)
  finishedPerMinute(@Root() queue: Queue, @Ctx() ctx: Context) {
    return figure(ctx, queue, 'finishedPerMinute');
  }

  @FieldResolver(() => Float)
  failedPerMinute(@Root() queue: Queue, @Ctx() ctx: Context) {
    return figure(ctx, queue, 'failedPerMinute');
  }

  /** Of the last 15 minutes. */
  @FieldResolver(() => Float, { nullable: true })
  async avgDurationMs(@Root() queue: Queue, @Ctx() ctx: Context): Promise<number | null> {
    return (await queueFigures(ctx, queue)).avgDurationMs;
  }

  /** Of the last 15 minutes. */
  @FieldResolver(() => Float, { nullable: true })
  async waitP95Ms(@Root() queue: Queue, @Ctx() ctx: Context): Promise<number | null> {
    return (await queueFigures(ctx, queue)).waitP95Ms;
  }

  /** Online workers that serve it. */
  @FieldResolver(() => Int)
  workers(@Root() queue: Queue, @Ctx() ctx: Context) {
    return figure(ctx, queue, 'workers');
  }

  /** When it is empty at the present rates; null while it grows. */
  @FieldResolver(() => SafeInt, { nullable: true })
  async etaMs(@Root() queue: Queue, @Ctx() ctx: Context): Promise<number | null> {
    return (await queueFigures(ctx, queue)).etaMs;
  }
}

const figure = async (ctx: Context, queue: Queue, name: Counted): Promise<number> =>
  (await queueFigures(ctx, queue))[name];
