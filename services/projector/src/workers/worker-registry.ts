import { live, WorkerBeat } from '@jobflow/contracts';
import type { Logger, NatsLink, Service } from '@jobflow/platform';
import { type Db, pgJson } from '@jobflow/read-model';

const WRITE_MS = 1_000;
const SILENT_MS = 15_000;
const FORGOTTEN_MS = 24 * 3_600_000;
const MAX_WORKERS = 10_000;

const UPSERT = `insert into read.workers (id, beat, status, last_heartbeat_at, started_at)
  select x.id, x.beat, x.status, to_timestamp(x.at / 1000.0), to_timestamp(x.started_at / 1000.0)
  from json_to_recordset($1::json) as x(id text, beat jsonb, status text, at float8, started_at float8)
  on conflict (id) do update set beat = excluded.beat, status = excluded.status, last_heartbeat_at = excluded.last_heartbeat_at`;

/** Keeps what workers tell of themselves; the silent read as OFFLINE, and are forgotten after a day. */
export function createWorkerRegistry({ nc }: NatsLink, db: Db, logger: Logger): Service {
  let beats = new Map<string, WorkerBeat>();
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> | undefined;
  const subscription = nc.subscribe(live.worker, {
    callback(error, message) {
      if (error) return;
      const parsed = WorkerBeat.safeParse(safeJson(message.data));
      if (parsed.success && (beats.has(parsed.data.id) || beats.size < MAX_WORKERS))
        beats.set(parsed.data.id, parsed.data);
    },
  });

  async function write(): Promise<void> {
    const taken = beats;
    beats = new Map();
    const now = Date.now();
    if (taken.size > 0) {
      const rows = [...taken.values()].map((beat) => ({
        id: beat.id,
        beat,
        status: beat.status,
        at: now,
        started_at: beat.startedAt,
      }));
      await db.query(UPSERT, [pgJson(rows)]);
    }
    await db.query(`update read.workers set status = 'OFFLINE' where status <> 'OFFLINE' and last_heartbeat_at < $1`, [
      new Date(now - SILENT_MS),
    ]);
    await db.query('delete from read.workers where last_heartbeat_at < $1', [new Date(now - FORGOTTEN_MS)]);
  }
  return {
    async start() {
      timer ??= setInterval(() => {
        writing ??= write()
          .catch((error: unknown) => logger.warn({ err: error }, 'heartbeats of workers could not be kept'))
          .finally(() => {
            writing = undefined;
          });
      }, WRITE_MS);
    },
    async stop() {
      clearInterval(timer);
      if (!nc.isClosed()) subscription.unsubscribe();
      await writing;
    },
  };
}

function safeJson(data: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(data));
  } catch {
    return undefined;
  }
}
