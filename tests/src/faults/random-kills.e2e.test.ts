import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Platform, startPlatform } from '@jobflow/cli';
import { createDb, type Db } from '@jobflow/read-model';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../platform/backed.js';
import { ApiClient } from '../system/api-client.js';
import { startLocalServer } from '../system/local-server.js';
import { type Kill, readExecutions, withoutCause } from './execution-ledger.js';
import { enqueueSteadily } from './steady-load.js';

/**
 * How long to kill, and under how much load: at 1, 2,000 short handlers a second and 500 runs of mixed kinds. By default
 * what a small machine that runs other tests as well can bear.
 */
const SECONDS = Number(process.env.JOBFLOW_FAULT_SECONDS ?? 20);
const LOAD = Number(process.env.JOBFLOW_FAULT_LOAD ?? 0.15);
const HANDLERS_PER_SECOND = 2_000;
const MIXED_PER_SECOND = 500;
/** What a killed worker held comes back when the server gives up on it, which takes 30 s; then there is the backlog. */
const SETTLE_MS = 90_000 + SECONDS * 2_000;

const PYTHON = `import os, sys
with open(sys.argv[1], 'a') as shells: shells.write(os.environ['JOBFLOW_RUN_ID'] + '\\n')`;
const INSERT = {
  connection: 'effects',
  query: 'insert into ledger (run_id) values ($1)',
  params: ['{{run.id}}'],
  readOnly: false,
};
const handlersDir = fileURLToPath(new URL('./ledger-handlers', import.meta.url));

let dir: string;
let platform: Platform;
let api: ApiClient;
let db: Db;
/** A database of the test's own, beside the platform's: what SQL jobs did. */
let rows: Db;
let server: Awaited<ReturnType<typeof startLocalServer>>;
const files = () => ({ ledger: join(dir, 'ledger'), shells: join(dir, 'shells') });

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'jobflow-kills-'));
  const { ledger, shells } = files();
  await Promise.all([writeFile(ledger, ''), writeFile(shells, '')]);
  server = await startLocalServer();
  platform = await startPlatform({
    dataDir: join(dir, 'data'),
    handlersDir,
    executors: 3,
    adminPassword: 'correct horse battery staple',
    env: { LEDGER: ledger },
  });
  db = await createDb(platform.backing.databaseUrl, { name: 'test', max: 2 });
  await db.query('create database effects');
  const effects = new URL(platform.backing.databaseUrl);
  effects.pathname = '/effects';
  rows = await createDb(effects.href, { name: 'test', max: 1 });
  await rows.query('create table ledger (run_id text not null)');
  api = new ApiClient(platform.url);
  await api.signIn(platform.adminEmail, 'correct horse battery staple');
  const jobs = [
    { name: 'call', kind: 'HTTP', spec: { method: 'POST', url: `${server.url}/{{run.id}}`, body: '{{run.attempt}}' } },
    { name: 'script', kind: 'SHELL', spec: { script: 'echo "$JOBFLOW_RUN_ID" >> "$1"', args: [shells] } },
    { name: 'code', kind: 'JAVASCRIPT', spec: { code: 'return input.n * 2' } },
    { name: 'python', kind: 'PYTHON', spec: { script: PYTHON, args: [shells] } },
    // The gateway may be too busy to give out the secret.
    { name: 'row', kind: 'SQL', spec: INSERT, retry: { maxAttempts: 10, initialDelayMs: 200 } },
  ];
  await api.must('mutation ($name: String!, $value: String!) { setSecret(name: $name, value: $value) { name } }', {
    name: 'effects',
    value: effects.href,
  });
  for (const input of jobs)
    await api.must('mutation ($input: JobInput!) { createJob(input: $input) { name } }', { input });
});
afterAll(async () => {
  api?.[Symbol.dispose]();
  await rows?.stop();
  await db?.stop();
  await platform?.stop();
  await server?.[Symbol.asyncDispose]();
  await rm(dir, { recursive: true, force: true });
});

/** Processes are dear, so SHELL, JAVASCRIPT and PYTHON are sparse, and so are the connections of SQL. */
function mixedJob(n: number): string {
  if (n % 100 === 0) return 'script';
  if (n % 150 === 75) return 'code';
  if (n % 200 === 50) return 'python';
  if (n % 20 === 10) return 'row';
  return n % 2 === 0 ? 'call' : n % 3 === 0 ? 'flaky' : 'long';
}

/** Kills one of the executors, whichever it may be and whatever it is doing, every half second to three seconds. */
async function killAtRandom(kills: Kill[], signal: AbortSignal): Promise<void> {
  const executors = platform.services.filter(({ name }) => name.startsWith('executor'));
  while (!signal.aborted) {
    await wait(500 + Math.random() * 2_500, undefined, { signal }).catch(() => undefined);
    const victim = executors[Math.floor(Math.random() * executors.length)];
    if (signal.aborted || victim?.pid === undefined) continue;
    const kill = { pid: victim.pid, at: Date.now() };
    await victim.kill9();
    kills.push({ ...kill, goneAt: Date.now() });
  }
}

const isOpen = `status not in ('SUCCEEDED', 'FAILED', 'CANCELLED', 'EXPIRED')`;
/** Accepted events that end a run: exactly one in each run's life. */
const ends = `(e->>'accepted')::boolean and (e->>'type' in ('RunSucceeded', 'RunCancelled', 'RunExpired')
  or e->>'type' = 'RunAttemptFailed' and e->'data'->'next'->>'kind' = 'dead')`;

describe('executors that are killed at random under load', () => {
  it(
    'lose no acknowledged run, and repeat only what a killed one was doing',
    async () => {
      const kills: Kill[] = [];
      const enough = new AbortController();
      const killing = killAtRandom(kills, enough.signal);
      const [handlers, mixed] = await Promise.all([
        enqueueSteadily(api, {
          perSecond: HANDLERS_PER_SECOND * LOAD,
          seconds: SECONDS,
          runAt: () => ({ job: 'short' }),
        }),
        enqueueSteadily(api, {
          perSecond: MIXED_PER_SECOND * LOAD,
          seconds: SECONDS,
          runAt: (n) => ({ job: mixedJob(n), input: { n } }),
        }),
      ]);
      enough.abort();
      await killing;
      const rates = `${Math.round(handlers.perSecond)} handlers/s, ${Math.round(mixed.perSecond)} mixed runs/s`;
      expect([...handlers.refused, ...mixed.refused]).toEqual([]);
      const acknowledged = new Map([...handlers.acknowledged, ...mixed.acknowledged]);
      expect(acknowledged.size).toBe(Math.floor((HANDLERS_PER_SECOND + MIXED_PER_SECOND) * LOAD * SECONDS));

      await until(
        async () => {
          const [row] = await db.query<{ all: number; open: number }>(
            `select count(*) "all", count(*) filter (where ${isOpen}) open from read.runs`,
          );
          return row?.all === acknowledged.size && row.open === 0;
        },
        `all ${acknowledged.size} runs have ended after ${kills.length} kills`,
        SETTLE_MS,
      );
      const runs = await db.query<{ id: string; status: string; claim: number; losses: number }>(
        'select id, status, claim, losses from read.runs',
      );
      expect(new Set(runs.map(({ id }) => id))).toEqual(new Set(acknowledged.keys()));
      // One that took three workers with it, as far as anybody can tell, is given up.
      expect(runs.filter(({ status, losses }) => status !== 'SUCCEEDED' && losses < 3)).toEqual([]);
      const notOnce = `select run_id from read.timelines, json_array_elements(events) e
        group by run_id having count(*) filter (where ${ends}) <> 1`;
      expect(await db.query(notOnce)).toEqual([]);

      const executions = await readExecutions(files().ledger);
      expect(withoutCause(executions, kills)).toEqual([]);
      const ran = new Map<string, number>();
      for (const { runId } of executions) ran.set(runId, (ran.get(runId) ?? 0) + 1);
      for (const { path } of server.received) ran.set(path.slice(1), (ran.get(path.slice(1)) ?? 0) + 1);
      for (const id of (await readFile(files().shells, 'utf8')).split('\n'))
        if (id) ran.set(id, (ran.get(id) ?? 0) + 1);
      for (const { run_id: id } of await rows.query<{ run_id: string }>('select run_id from ledger'))
        ran.set(id, (ran.get(id) ?? 0) + 1);
      const effectless = [...acknowledged].filter(([id, job]) => job !== 'code' && !ran.has(id));
      expect(effectless).toEqual([]);
      // Whoever carries out again what another has begun has claimed it first.
      const repeatable = new Set(['flaky', 'code']);
      const unclaimed = runs.filter(
        ({ id, claim }) => !repeatable.has(acknowledged.get(id) ?? '') && (ran.get(id) ?? 0) > 1 && claim === 0,
      );
      expect(unclaimed).toEqual([]);

      const repeated = new Set(executions.map(({ runId, attempt }) => `${runId} ${attempt}`));
      const again = executions.length - repeated.size;
      process.stdout.write(`random kills: ${rates}; ${kills.length} kills, ${again} executions repeated\n`);
      // Otherwise nothing was put to the test.
      expect(again).toBeGreaterThan(0);
    },
    SECONDS * 1_000 + SETTLE_MS + 60_000,
  );
});
