import { NO_REDIS, type WorkerBeat } from '@jobflow/contracts';
import type { Context } from '../context/context.js';
import type { Worker } from './worker.js';

const SILENT_MS = 15_000;
const SHOWN_MS = 24 * 3_600_000;
const MOST = 1_000;

interface Row {
  beat: WorkerBeat;
  last_heartbeat_at: Date;
}

/** All workers of the last 24 hours, the most recently heard first; asked once for a request. */
export function listWorkers(ctx: Pick<Context, 'db' | 'clock' | 'loaders'>): Promise<Worker[]> {
  const loader = ctx.loaders.of('workers', async (keys: readonly string[]) => {
    const now = ctx.clock.now();
    const rows = await ctx.db.query<Row>(
      'select beat, last_heartbeat_at from read.workers where last_heartbeat_at >= $1 order by started_at desc, id limit $2',
      [new Date(now - SHOWN_MS), MOST],
    );
    const workers = rows.map((row) => workerOf(row, now));
    return keys.map(() => workers);
  });
  return loader.load('all') as Promise<Worker[]>;
}

export async function findWorker(
  ctx: Pick<Context, 'db' | 'clock' | 'loaders'>,
  id: string,
): Promise<Worker | undefined> {
  return (await listWorkers(ctx)).find((worker) => worker.id === id);
}

function workerOf({ beat, last_heartbeat_at }: Row, now: number): Worker {
  const { handlers, kinds, at: _, ...told } = beat;
  const heardAt = last_heartbeat_at.getTime();
  const gone = beat.status === 'OFFLINE' || now - heardAt > SILENT_MS;
  return {
    ...told,
    handlers: handlers.map(({ name }) => name),
    kinds: kinds.filter(({ enabled }) => enabled).map(({ kind }) => kind),
    lastHeartbeatAt: heardAt,
    ...(gone && { status: 'OFFLINE', active: 0, load: 0 }),
    beat,
  };
}

export const isOnline = (worker: Worker): boolean => worker.status === 'ONLINE';

/**
 * Why none of these workers can count limits; undefined if one can, or if there is none. Of one that has a Redis if there
 * is one: mending that is enough.
 */
export function limitsTroubleOf(workers: readonly Worker[]): string | undefined {
  const told = workers.map(({ beat }) => beat.limitsTrouble);
  if (told.includes(undefined)) return undefined;
  return told.find((trouble) => trouble !== NO_REDIS) ?? told[0];
}
