import { type EventLog, type Logger, LogUnavailableError, type Service } from '@jobflow/platform';
import type { Db } from '@jobflow/read-model';

interface OutboxRow {
  id: number;
  subject: string;
  msg_id: string;
  /** JSON, as it will be sent. */
  payload: string;
}

export interface OutboxRelay extends Service {
  /** There may be something to send. */
  wake(): void;
  trouble(): string | undefined;
}

const PAGE = 100;
const AGAIN_MS = 1_000;

/**
 * Sends what the fold decided must follow, in order, and forgets it once it is stored. What is left after a crash is
 * sent at the next start; the message ids make a repetition harmless. While the stream is full the rows wait here.
 */
export function createOutboxRelay(db: Db, log: EventLog, logger: Logger): OutboxRelay {
  let stopped = false;
  let pending = true;
  let nudge: (() => void) | undefined;
  let running: Promise<void> | undefined;
  let trouble: string | undefined;

  const pause = (ms?: number) =>
    new Promise<void>((resolve) => {
      const timer = ms === undefined ? undefined : setTimeout(resolve, ms);
      nudge = () => {
        clearTimeout(timer);
        resolve();
      };
    });

  async function sendPage(): Promise<boolean> {
    const rows = await db.query<OutboxRow>(
      'select id, subject, msg_id, payload::text from read.outbox order by id limit $1',
      [PAGE],
    );
    if (rows.length === 0) return false;
    const sent = await Promise.all(
      rows.map(async (row) => {
        const appended = await log.append({
          messages: [{ subject: row.subject, payload: row.payload }],
          msgId: row.msg_id,
        });
        return appended.ok ? row.id : undefined;
      }),
    );
    const stored = sent.filter((id) => id !== undefined);
    if (stored.length > 0) await db.query('delete from read.outbox where id = any($1::bigint[])', [stored]);
    if (stored.length < rows.length) throw new LogUnavailableError('the stream of effects is full');
    return true;
  }

  async function run(): Promise<void> {
    while (!stopped) {
      try {
        if (!pending) await pause();
        pending = false;
        while (!stopped && (await sendPage()));
        trouble = undefined;
      } catch (error) {
        pending = true;
        trouble = (error as Error).message;
        if (!stopped) logger.warn({ err: error }, 'effects wait in the outbox');
        if (!stopped) await pause(AGAIN_MS);
      }
    }
  }

  return {
    async start() {
      if (!stopped) running ??= run();
    },
    async stop() {
      stopped = true;
      nudge?.();
      await running;
    },
    wake() {
      pending = true;
      nudge?.();
    },
    trouble: () => trouble,
  };
}
