import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type AlertRule, type ChannelState, outcomeSubject, queuedSubject } from '@jobflow/contracts';
import { createSecretBox, createStateStore, newId, type StateStore, saveState } from '@jobflow/platform';
import type { Db } from '@jobflow/read-model';
import { silent, until } from '../platform/backed.js';
import { runQueued, runSucceeded } from '../platform/events.js';
import { type Projected, projected } from '../projector/projected.js';

const main = new URL('../../../services/notifier/dist/main.js', import.meta.url).pathname;
const key = randomBytes(32);
export const callbackSecret = `whsec_${randomBytes(32).toString('base64')}`;

export interface NotifierProcess {
  kill9(): Promise<void>;
  stop(): Promise<number | null>;
  output(): string;
}

export interface DeliveryRow {
  id: string;
  channel_id: string | null;
  target: string;
  status: string;
  reason: string | null;
  attempts: { number: number; status?: number; error?: string; requestHeaders: Record<string, string> }[];
  next_attempt_at: Date | null;
}

export interface Notified extends AsyncDisposable {
  base: Projected;
  db: Db;
  store: StateStore;
  /** Seals channels' secrets, and is every notifier's key unless it is told another. */
  key: Buffer;
  notify(env?: Record<string, string>): Promise<NotifierProcess>;
  /** Saves a webhook channel and its secret, which it gives back. */
  channel(id: string, url: string, rule?: Partial<AlertRule>, headers?: Record<string, string>): Promise<string>;
  /** A run from its queueing to its end; its id. */
  end(over?: {
    callbackUrl?: string;
    test?: boolean;
    tags?: string[];
    failed?: boolean;
    result?: string;
  }): Promise<string>;
  deliveries(runId: string): Promise<DeliveryRow[]>;
}

/** A private NATS and Postgres, a projector, and as many notifiers as a test asks for. */
export async function notified(): Promise<Notified> {
  const base = await projected();
  const { url, db } = await base.database('notified');
  await base.project(url);
  const store = createStateStore(base.link, { kinds: ['channel'], logger: silent });
  await store.start();
  const box = createSecretBox({ current: key });
  const processes: ChildProcess[] = [];

  return {
    base,
    db,
    store,
    key,
    async notify(more = {}) {
      const env = {
        ...process.env,
        NATS_URL: base.backing.natsUrl,
        DATABASE_URL: url,
        JOBFLOW_HEALTH_PORT: '0',
        JOBFLOW_ENCRYPTION_KEY: key.toString('base64'),
        JOBFLOW_CALLBACK_SECRET: callbackSecret,
        JOBFLOW_ALLOW_CIDRS: '127.0.0.0/8,::1/128',
        ...more,
      };
      const child = spawn(process.execPath, [main], { env, stdio: ['ignore', 'pipe', 'pipe'] });
      processes.push(child);
      let said = '';
      for (const stream of [child.stdout, child.stderr]) {
        stream?.on('data', (chunk) => {
          said += chunk;
        });
      }
      const exited = once(child, 'exit').then(([code]) => code as number | null);
      await until(() => said.includes('notifier started') || child.exitCode !== null, `the notifier starts: ${said}`);
      return {
        output: () => said,
        async kill9() {
          child.kill('SIGKILL');
          await exited;
        },
        stop() {
          child.kill('SIGTERM');
          return exited;
        },
      };
    },
    async channel(id, target, rule = {}, headers) {
      const secret = `whsec_${randomBytes(32).toString('base64')}`;
      const name = `channel:${id}`;
      const place = { table: 'gateway.secrets', row: name, column: 'sealed' };
      const sealed = box.seal(JSON.stringify({ secret, ...(headers ? { headers } : {}) }), place);
      await db.query('insert into gateway.secrets (name, sealed, updated_at, updated_by) values ($1, $2, now(), $3)', [
        name,
        sealed,
        'test',
      ]);
      const channel: ChannelState = {
        id,
        name: id,
        kind: 'WEBHOOK',
        url: target,
        rules: [{ mode: 'EVERY', ...rule }],
        signatures: ['V1'],
        ordered: false,
        enabled: true,
        revision: 1,
        createdAt: Date.now(),
        updatedAt: Date.now(),
      };
      await saveState(base.log, store, { type: 'ChannelSaved', channel }, { expectSeq: 0 });
      // Notifiers hear of it a moment after this store.
      await new Promise((resolve) => setTimeout(resolve, 100));
      return secret;
    },
    async end({ failed, result, ...over } = {}) {
      const id = newId();
      const queued = runQueued(id);
      Object.assign(queued.run, over, { createdAt: Date.now() });
      await base.log.append({
        messages: [{ subject: queuedSubject('default', 5), events: [queued] }],
        msgId: `${id}:0`,
      });
      const { type: _, result: __, ...ended } = runSucceeded(id);
      const error = { message: 'it broke', fingerprint: 'f1', retryable: false };
      await base.log.record(outcomeSubject('default'), [
        failed
          ? {
              type: 'RunAttemptFailed',
              ...ended,
              status: 'FAILED',
              error,
              next: { kind: 'dead', reason: 'not-retryable' },
            }
          : { type: 'RunSucceeded', ...ended, result: result ?? 42 },
      ]);
      return id;
    },
    deliveries: (runId) =>
      db.query<DeliveryRow>(
        'select id, channel_id, target, status, reason, attempts, next_attempt_at from read.deliveries where run_id = $1 order by channel_id',
        [runId],
      ),
    async [Symbol.asyncDispose]() {
      for (const child of processes) child.kill('SIGKILL');
      await store.stop();
      await base[Symbol.asyncDispose]();
    },
  };
}
