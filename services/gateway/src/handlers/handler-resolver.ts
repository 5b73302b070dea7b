import { JobKind, type JobState } from '@jobflow/contracts';
import { Ctx, FieldResolver, Query, Resolver, Root } from 'type-graphql';
import type { Context } from '../context/context.js';
import { Job } from '../jobs/job.js';
import { specJsonSchemas } from '../jobs/spec-schemas.js';
import { isOnline, listWorkers } from '../workers/list-workers.js';
import type { Worker } from '../workers/worker.js';
import { Handler, JobKindInfo } from './handler.js';

@Resolver(() => Handler)
export class HandlerResolver {
  /** Which kinds executors run. */
  @Query(() => [JobKindInfo], { nullable: true })
  async jobKinds(@Ctx() ctx: Context): Promise<JobKindInfo[]> {
    const online = (await listWorkers(ctx)).filter(isOnline);
    return JobKind.options.map((kind) => kindInfo(kind, online));
  }

  /** What online workers can run by name. */
  @Query(() => [Handler], { nullable: true })
  async handlers(@Ctx() ctx: Context): Promise<Handler[]> {
    return handlersOf((await listWorkers(ctx)).filter(isOnline));
  }

  @FieldResolver(() => Job, { nullable: true, complexity: 0 })
  job(@Root() handler: Handler, @Ctx() ctx: Context): JobState | undefined {
    const job = ctx.stateStore.jobs.get(handler.name)?.state;
    return job?.kind === 'HANDLER' ? job : undefined;
  }
}

function kindInfo(kind: JobKind, online: readonly Worker[]): JobKindInfo {
  const told = online.flatMap((worker) => worker.beat.kinds.filter((one) => one.kind === kind));
  const enabled = told.some((one) => one.enabled);
  const reason =
    told.find((one) => one.reason)?.reason ??
    (online.length > 0 ? 'No worker runs this kind.' : 'No worker is online.');
  return { kind, enabled, ...(!enabled && { reason }), specSchema: specJsonSchemas()[kind] };
}

/** Each name once; of two schemas the newest worker's counts. */
export function handlersOf(online: readonly Worker[]): Handler[] {
  const handlers = new Map<string, Handler>();
  for (const worker of [...online].sort((a, b) => b.startedAt - a.startedAt)) {
    for (const { name, inputSchema } of worker.beat.handlers) {
      const known = handlers.get(name);
      if (!known) handlers.set(name, { name, queues: [...worker.queues], workers: 1, inputSchema });
      else {
        known.workers++;
        known.queues = [...new Set([...known.queues, ...worker.queues])];
        known.inputSchema ??= inputSchema;
      }
    }
  }
  return [...handlers.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}
