import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import type { Context } from '../context/context.js';
import { maxList } from '../paging/check-first.js';
import { Run } from '../runs/run.js';
import { LEAN_COLUMNS, type RunRow, runOfRow } from '../runs/run-row.js';
import { visibleJobs } from '../runs/visible-jobs.js';
import { Worker } from './worker.js';

@Resolver(() => Worker)
export class WorkerFields {
  /** What it runs now. */
  @FieldResolver(() => [Run])
  async runs(@Root() worker: Worker, @Ctx() ctx: Context): Promise<Run[]> {
    const loader = ctx.loaders.of('worker-runs', async (ids: readonly string[]) => {
      const rows = await ctx.db.query<RunRow>(
        `select ${LEAN_COLUMNS} from read.runs where status = 'RUNNING' and worker_id = any($1::text[])
           and ($2::text[] is null or job = any($2::text[])) order by id limit ${maxList * 10}`,
        [ids, visibleJobs(ctx.principal) ?? null],
      );
      const found = new Map<string, Run[]>();
      for (const row of rows)
        found.set(row.worker_id ?? '', [...(found.get(row.worker_id ?? '') ?? []), runOfRow(row)]);
      return ids.map((id) => found.get(id)?.slice(0, maxList) ?? []);
    });
    return (await loader.load(worker.id)) ?? [];
  }
}
