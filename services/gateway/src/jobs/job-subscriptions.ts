import type { JobState } from '@jobflow/contracts';
import { Arg, Resolver, Root, Subscription } from 'type-graphql';
import { mayUseJob } from '../auth/principal.js';
import type { Context } from '../context/context.js';
import type { LiveTick } from '../subscriptions/live-tick.js';
import { Job } from './job.js';

@Resolver()
export class JobSubscriptions {
  /** Jobs whose definition, or whose runs, have changed. */
  @Subscription(() => [Job], { subscribe: ({ args, context }) => jobFrames(context as Context, args.names) })
  jobUpdates(
    @Root() jobs: JobState[],
    @Arg('names', () => [String], { nullable: true }) _names?: string[] | null,
  ): JobState[] {
    return jobs;
  }
}

function jobFrames(ctx: Context, names: string[] | null | undefined): AsyncIterable<JobState[]> {
  const ticks = ctx.live.changes(ctx.signal);
  const wanted = names && new Set(names);
  const isMeant = (job: string) => (!wanted || wanted.has(job)) && mayUseJob(ctx.principal, job);
  return (async function* follow() {
    let seen = ctx.stateStore.seq();
    for await (const tick of ticks) {
      const { jobs } = ctx.stateStore;
      const changed = new Set(await jobsWithNews(ctx, tick));
      for (const [name, { seq }] of jobs) if (seq > seen) changed.add(name);
      seen = ctx.stateStore.seq();
      const frame = [...changed].filter(isMeant).flatMap((name) => jobs.get(name)?.state ?? []);
      if (frame.length > 0) yield frame;
    }
  })();
}

/** The jobs whose runs have changed; one question for all subscribers. */
async function jobsWithNews(ctx: Context, tick: LiveTick): Promise<string[]> {
  const from = tick.prev.runs;
  if (tick.cur.runs <= from) return [];
  const read = () => ctx.db.query<{ job: string }>('select job from read.job_stats where changed_seq > $1', [from]);
  return (await ctx.live.shared(tick, 'jobs with news', read)).map(({ job }) => job);
}
