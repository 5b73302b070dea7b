import { Arg, Ctx, ID, Mutation, Query, Resolver, Root, Subscription } from 'type-graphql';
import { Auth } from '../auth/auth-directive.js';
import type { Context } from '../context/context.js';
import { Loaders } from '../context/loaders.js';
import { changing, pulses } from '../stats/pulses.js';
import { recentAnswer } from '../stats/recent-answers.js';
import { commandWorker } from './command-worker.js';
import { findWorker, listWorkers } from './list-workers.js';
import { Worker } from './worker.js';

/** Workers tell of themselves every 2 s; a change of the log says little about them. */
const PACE = { minMs: 500, maxMs: 1_000 };
const SHARED_MS = 200;

@Resolver()
export class WorkerResolver {
  /** With those lost or stopped in the last 24 hours. */
  @Query(() => [Worker], { nullable: true })
  workers(@Ctx() ctx: Context): Promise<Worker[]> {
    return listWorkers(ctx);
  }

  @Query(() => Worker, { nullable: true })
  worker(@Arg('id', () => ID) id: string, @Ctx() ctx: Context): Promise<Worker | undefined> {
    return findWorker(ctx, id);
  }

  /** Finishes what runs, takes nothing more, and stays until it is restarted or shut down. */
  @Auth('ADMIN')
  @Mutation(() => Worker, { nullable: true })
  drainWorker(@Arg('id', () => ID) id: string, @Ctx() ctx: Context): Promise<Worker> {
    return commandWorker(ctx, id, 'DRAIN');
  }

  /** Finishes what runs, or gives it back, then ends with an exit code that makes its supervisor start it again. */
  @Auth('ADMIN')
  @Mutation(() => Worker, { nullable: true })
  restartWorker(@Arg('id', () => ID) id: string, @Ctx() ctx: Context): Promise<Worker> {
    return commandWorker(ctx, id, 'RESTART');
  }

  /** Finishes what runs, or gives it back, then ends and stays down. */
  @Auth('ADMIN')
  @Mutation(() => Worker, { nullable: true })
  shutdownWorker(@Arg('id', () => ID) id: string, @Ctx() ctx: Context): Promise<Worker> {
    return commandWorker(ctx, id, 'SHUTDOWN');
  }

  /** The first frame is the state now; each frame has all workers. */
  @Subscription(() => [Worker], { subscribe: ({ context }) => workerFrames(context as Context) })
  workerUpdates(@Root() workers: Worker[]): Worker[] {
    return workers;
  }
}

/** What one frame looked up is old in the next. */
function workerFrames(ctx: Context): AsyncIterable<Worker[]> {
  const read = () => listWorkers({ ...ctx, loaders: new Loaders() });
  return changing(pulses(ctx, PACE), () => recentAnswer(ctx.db, 'workers', ctx.clock.now(), SHARED_MS, read));
}
