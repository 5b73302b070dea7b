import type { Context } from '../context/context.js';
import { notFound } from '../errors/refusals.js';
import { catchUpWithLog, JUST_MADE_MS } from '../run-log/catch-up-with-log.js';
import type { Run } from './run.js';
import { isRunId, madeAt } from './run-ids.js';
import { ALL_COLUMNS, LEAN_COLUMNS, type RunRow, runOfRow } from './run-row.js';

/**
 * A run by its id. One made a moment ago, and not yet in the read model, is waited for: whoever has just been given its
 * id must not be told that there is no such run.
 */
export async function findRun(ctx: Context, id: string, columns = ALL_COLUMNS): Promise<Run | undefined> {
  if (!isRunId(id)) return undefined;
  const read = async () => (await readRuns(ctx, [id], columns))[0];
  const found = await read();
  if (found || Math.abs(ctx.clock.now() - madeAt(id)) > JUST_MADE_MS) return found;
  return (await catchUpWithLog(ctx)) ? read() : undefined;
}

export async function requireRun(ctx: Context, id: string): Promise<Run> {
  const run = await findRun(ctx, id);
  if (!run) throw notFound('run', id);
  return run;
}

async function readRuns(ctx: Pick<Context, 'db'>, ids: readonly string[], columns: string): Promise<Run[]> {
  const rows = await ctx.db.query<RunRow>(`select ${columns} from read.runs where id = any($1::uuid[])`, [ids]);
  return rows.map(runOfRow);
}

/** A run beside something else (a job's last, a schedule's last), without input and result: batched. */
export async function loadRun(ctx: Context, id: string | null | undefined): Promise<Run | undefined> {
  if (!id || !isRunId(id)) return undefined;
  const loader = ctx.loaders.of('run', async (ids: readonly string[]) => {
    const found = new Map((await readRuns(ctx, ids, LEAN_COLUMNS)).map((run) => [run.id, run]));
    return ids.map((one) => found.get(one));
  });
  return loader.load(id.toLowerCase());
}
