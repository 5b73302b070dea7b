import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { live, queuedSubject, RUNS_STREAM, STATE_STREAM, stateSubject, workerCommandSubject } from '@jobflow/contracts';
import { connectNats, type NatsLink } from '@jobflow/platform';
import { createWorker, defineHandler } from '@jobflow/sdk';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { Redis } from 'ioredis';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../platform/backed.js';
import { type House, silent, startHouse } from './house.js';
import { readLedger, startWorkerProcess } from './worker-process.js';

const cli = new URL('../../../packages/cli/dist/main.js', import.meta.url).pathname;

let house: House;
beforeAll(async () => {
  house = await startHouse({ redis: true });
});
afterAll(() => house?.[Symbol.asyncDispose]());

/** Runs the command as a person does; what it printed. */
async function command(...args: string[]): Promise<string> {
  const { NATS_URL: _, ...env } = process.env;
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [cli, 'worker-credentials', ...args, '--data-dir', join(house.dir, 'data')],
    { env },
  ).catch((error: { stdout: string; stderr: string }) => Promise.reject(new Error(`${error.stdout}${error.stderr}`)));
  return stdout;
}

async function createBoth(name: string): Promise<{ nats: string; redis: string }> {
  const printed = await command('create', '--name', name);
  const [, nats] = /NATS_URL=(nats:\/\/\S+)/.exec(printed) ?? [];
  const [, redis] = /REDIS_URL=(redis:\/\/\S+)/.exec(printed) ?? [];
  if (!nats || !redis) throw new Error(printed);
  return { nats, redis };
}

const create = async (name: string): Promise<string> => (await createBoth(name)).nats;

async function linkOf(url: string): Promise<NatsLink & AsyncDisposable> {
  const link = await connectNats(url, { name: 'worker', logger: silent });
  return Object.assign(link, { [Symbol.asyncDispose]: () => link.stop() });
}

describe('the credentials of a worker', () => {
  it('let a worker process elsewhere register its job, carry out runs, and drain', async () => {
    const url = await create('carrier');
    const files = { ledger: join(house.dir, 'ledger'), gate: join(house.dir, 'gate') };
    await using worker = await startWorkerProcess({ natsUrl: url, ...files });
    await until(() => house.store.jobs.has('held'), 'the job was registered');
    const runId = await house.enqueue({ job: 'held' });
    await house.fold.when(runId, (state) => state.status === 'RUNNING');
    await writeFile(files.gate, '');
    expect(await house.fold.whenEnded(runId)).toMatchObject({ status: 'SUCCEEDED' });
    expect(await readLedger(files.ledger)).toMatchObject([{ runId }]);
    expect(await worker.stop()).toBe(0);
  });

  it('let it write logs, hear of cancellations, answer commands, and claim what was left by another', async () => {
    const url = await create('logger');
    const warnings: string[] = [];
    const stopped = Promise.withResolvers<void>();
    const handler = defineHandler('logs', { queue: 'elsewhere' }, ({ logger, signal }) => {
      logger.info('here');
      signal.addEventListener('abort', () => stopped.resolve(), { once: true });
      return stopped.promise;
    });
    const [user, pass] = [new URL(url).username, new URL(url).password];
    const worker = createWorker({
      nats: url.replace(/\/\/.*@/, '//'),
      credentials: { user, pass },
      id: 'told',
      handlers: [handler],
      logger: pino({ level: 'warn' }, { write: (line: string) => void warnings.push(line) }),
    });
    await worker.start();
    const runId = await house.enqueue({ job: 'logs', queue: 'elsewhere', guarantee: 'AT_MOST_ONCE' });
    await house.lines(runId, (lines) => lines.some(({ message }) => message === 'here'));
    await house.cancel(runId);
    await stopped.promise;
    expect(await house.fold.whenEnded(runId)).toMatchObject({ status: 'CANCELLED', claim: 1 });
    const command = JSON.stringify({ action: 'DRAIN', by: 'somebody' });
    const answer = await house.link.nc.request(workerCommandSubject('told'), command, { timeout: 10_000 });
    expect(answer.json()).toEqual({ ok: true, status: 'DRAINING' });
    await worker.stop();
    expect(warnings).toEqual([]);
  });

  it('let it count what is limited, and do nothing else in Redis, until they are revoked', async () => {
    const urls = await createBoth('counter');
    const limits = { concurrency: 1, rate: { limit: 100, perMs: 1_000 } };
    const warnings: string[] = [];
    const worker = createWorker({
      ...urls,
      handlers: [defineHandler('counted', { queue: 'counted', limits }, () => 'done')],
      logger: pino({ level: 'warn' }, { write: (line: string) => void warnings.push(line) }),
    });
    await worker.start();
    const runIds = [
      await house.enqueue({ job: 'counted', queue: 'counted', limits }),
      await house.enqueue({ job: 'counted', queue: 'counted', limits }),
    ];
    for (const runId of runIds) expect(await house.fold.whenEnded(runId)).toMatchObject({ status: 'SUCCEEDED' });
    await worker.stop();
    expect(warnings).toEqual([]);

    const redis = new Redis(urls.redis, { maxRetriesPerRequest: 0, retryStrategy: null });
    redis.on('error', () => undefined);
    await expect(redis.set('other', '1')).rejects.toThrow(/NOPERM/);
    await expect(redis.flushall()).rejects.toThrow(/NOPERM/);
    await expect(redis.config('GET', '*')).rejects.toThrow(/NOPERM/);
    await expect(redis.acl('LIST')).rejects.toThrow(/NOPERM/);
    await expect(redis.scan(0)).rejects.toThrow(/NOPERM/);
    await expect(redis.get('jf:{limits}else')).rejects.toThrow(/NOPERM/);
    expect(await redis.set('jf:{limits}:p:c:x', '1')).toBe('OK');
    const ended = once(redis, 'end');
    await command('revoke', '--name', 'counter');
    await ended;
    const [refused] = await once(new Redis(urls.redis, { retryStrategy: null }), 'error');
    expect(refused).toMatchObject({ message: expect.stringContaining('WRONGPASS') });
  });

  it('let nobody empty or delete a stream, or change one', async () => {
    const nc = await connect({ servers: new URL(house.backing.natsUrl).host, ...userOf(await create('destroyer')) });
    const jsm = await jetstreamManager(nc);
    const refused = (act: Promise<unknown>) => expect(act).rejects.toThrow(/permission/i);
    await refused(jsm.streams.purge(RUNS_STREAM));
    await refused(jsm.streams.delete(RUNS_STREAM));
    await refused(jsm.streams.delete(STATE_STREAM));
    await refused(jsm.streams.add({ name: 'MINE', subjects: ['mine'] }));
    await refused(jsm.streams.deleteMessage(RUNS_STREAM, 1));
    await refused(jsm.consumers.delete(RUNS_STREAM, 'q_default_5'));
    await refused(jsm.streams.info('JF_EFFECTS'));
    await nc.close();
  });

  it('let nobody queue runs, decide effects, change channels, or hear what others ask and are answered', async () => {
    await using link = await linkOf(await create('listener'));
    const { nc } = link;
    const violations = new Set<string>();
    void (async () => {
      for await (const status of nc.status()) {
        if (status.type === 'error') violations.add(status.error.message);
      }
    })();
    const forbidden = [
      queuedSubject('default', 5),
      'jf.run.0.control.default',
      'jf.effect.queue-run',
      stateSubject('channel', 'c'),
      stateSubject('schedule', 's'),
      'jf.delivery.queued.webhook',
      live.cancel,
      live.access,
    ];
    for (const subject of forbidden) nc.publish(subject, 'x');
    const overheard = [
      'jf.rpc.>',
      'jf.rpc.secret',
      '_INBOX.>',
      '_INBOX_jobflow.>',
      '>',
      'jf.state.>',
      'jf.live.access',
    ];
    for (const subject of overheard) nc.subscribe(subject, { callback: () => undefined });
    await nc.flush();
    const told = () => [...violations].join('\n');
    await until(() => violations.size >= forbidden.length + overheard.length, 'all are refused').catch((error) => {
      throw new Error(`${error.message}\n${told()}`);
    });
    for (const subject of forbidden) expect(told()).toContain(`Publish to "${subject}"`);
    for (const subject of overheard) expect(told()).toContain(`Subscription to "${subject}"`);
  });

  it('are listed, made once per name, and disconnected as soon as they are revoked', async () => {
    const url = await create('short-lived');
    expect(await command('list')).toMatch(/^short-lived +made 20\d\d-/m);
    await expect(command('create', '--name', 'short-lived')).rejects.toThrow('There are credentials named short-lived');
    const nc = await connect({ servers: new URL(url).host, ...userOf(url), reconnect: false });
    const closed = nc.closed();
    expect(await command('revoke', '--name', 'short-lived')).toContain('revoked');
    await closed;
    await expect(linkOf(url)).rejects.toThrow('refuses the credentials');
    expect(await command('list')).not.toContain('short-lived');
    await expect(command('revoke', '--name', 'short-lived')).rejects.toThrow(
      'There are no credentials named short-lived',
    );
  });

  it('outlive a restart of the server', async () => {
    const url = await create('lasting');
    await house.backing.nats.kill9();
    await house.backing.nats.whenReady();
    await using link = await linkOf(url);
    expect(link.connected()).toBe(true);
  });

  it('need a name that NATS can bear, and an installation', async () => {
    await expect(command('create')).rejects.toThrow('--name is missing');
    await expect(command('create', '--name', 'No Way')).rejects.toThrow('--name must be of a-z');
    await expect(command('destroy', '--name', 'x')).rejects.toThrow('it is create, list or revoke');
    const nowhere = promisify(execFile)(process.execPath, [
      ...[cli, 'worker-credentials', 'create', '--name', 'x', '--data-dir', join(house.dir, 'nowhere')],
    ]);
    await expect(nowhere).rejects.toMatchObject({ stderr: expect.stringContaining('start it once') });
  });

  it('for a server of one’s own are printed as what to paste', async () => {
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [cli, 'worker-credentials', 'create', '--name', 'far'],
      {
        env: { ...process.env, NATS_URL: 'nats://me:secret@nats.example.com:4333' },
      },
    );
    expect(stdout).toContain('user: "worker-far", password: "$2');
    expect(stdout).toMatch(/nats:\/\/worker-far:\S+@nats\.example\.com:4333/);
    expect(stdout).not.toContain('secret@');
  });
});

const userOf = (url: string) => ({
  user: new URL(url).username,
  pass: new URL(url).password,
  inboxPrefix: `_INBOX_${new URL(url).username}`,
});
