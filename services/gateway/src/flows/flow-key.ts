import type { Db } from '@jobflow/read-model';
import type { Context } from '../context/context.js';
import { catchUpWithLog } from '../run-log/catch-up-with-log.js';

/** What an idempotency key says of a flow that is about to be made. `there`: the read model has the flow it was taken for. */
export type FlowClaim =
  | { kind: 'fresh' }
  | { kind: 'existing'; flowId: string; createdAt: number; there: boolean }
  | { kind: 'mismatch' };

/** Flows keep their keys beside those of runs, under a job that no job can be named. */
const NO_JOB = '';
const TAKE = `insert into gateway.idempotency (job, key, hash, run_id, created_at) values ($1, $2, $3, $4, $5)
  on conflict (job, key) do nothing returning key`;
const OWNER = `select i.hash, i.run_id, i.created_at, f.id is not null as there
  from gateway.idempotency i left join read.flows f on f.id = i.run_id where i.job = $1 and i.key = $2`;

interface OwnerRow {
  hash: string;
  run_id: string;
  created_at: Date;
  there: boolean;
}

/** Takes the key for this flow, or says whose it is. Whoever inserts the row makes the flow. */
export async function claimFlowKey(
  ctx: Context,
  { key, hash, flowId, now }: { key: string; hash: string; flowId: string; now: number },
): Promise<FlowClaim> {
  const owner = await takeOrOwner(ctx.db, [NO_JOB, key, hash, flowId, new Date(now)]);
  if (!owner) return { kind: 'fresh' };
  if (owner.hash !== hash) return { kind: 'mismatch' };
  const existing = { kind: 'existing' as const, flowId: owner.run_id, createdAt: owner.created_at.getTime() };
  return { ...existing, there: owner.there || (await isThereByNow(ctx, key)) };
}

async function takeOrOwner(db: Db, taking: [string, string, string, string, Date]): Promise<OwnerRow | undefined> {
  // A key that is given back between the two statements is free again.
  for (let tries = 0; tries < 5; tries++) {
    if ((await db.query(TAKE, taking)).length > 0) return undefined;
    const [owner] = await db.query<OwnerRow>(OWNER, taking.slice(0, 2));
    if (owner) return owner;
  }
  throw new Error('the idempotency row of a flow neither inserts nor shows');
}

/** What is not there once the read model has caught up never reached the log. */
async function isThereByNow(ctx: Context, key: string): Promise<boolean> {
  await catchUpWithLog(ctx).catch(() => false);
  const [owner] = await ctx.db.query<OwnerRow>(OWNER, [NO_JOB, key]);
  return owner?.there === true;
}

/** Gives back the key of a flow that the log refused. */
export async function releaseFlowKey(ctx: Pick<Context, 'db'>, flowId: string): Promise<void> {
  await ctx.db.query('delete from gateway.idempotency where job = $1 and run_id = $2', [NO_JOB, flowId]);
}
