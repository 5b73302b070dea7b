import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Platform, startPlatform } from '@jobflow/cli';
import { createDb, type Db } from '@jobflow/read-model';
import { createClient } from '@jobflow/sdk/client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { until } from '../platform/backed.js';
import { seeded } from '../projector/random-lives.js';
import { ApiClient } from '../system/api-client.js';
import { startLocalServer } from '../system/local-server.js';
import { type Kill, readExecutions, withoutCause } from './execution-ledger.js';

/** How many flows, and for how long services are killed. */
const FLOWS = Number(process.env.JOBFLOW_FAULT_FLOWS ?? 20);
const SECONDS = Number(process.env.JOBFLOW_FAULT_SECONDS ?? 15);
const NODES = 50;
/** What a killed executor held comes back after 30 s, and a flow may meet that several times, one below the other. */
const SETTLE_MS = 180_000 + SECONDS * 2_000;

let dir: string;
let platform: Platform;
let api: ApiClient;
let apiKey: string;
let db: Db;
let server: Awaited<ReturnType<typeof startLocalServer>>;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'jobflow-flow-kills-'));
  await writeFile(join(dir, 'ledger'), '');
  server = await startLocalServer();
  platform = await startPlatform({
    dataDir: join(dir, 'data'),
    handlersDir: fileURLToPath(new URL('./ledger-handlers', import.meta.url)),
    executors: 2,
    schedulers: 2,
    adminPassword: 'correct horse battery staple',
    env: { LEDGER: join(dir, 'ledger') },
  });
  db = await createDb(platform.backing.databaseUrl, { name: 'test', max: 2 });
  api = new ApiClient(platform.url);
  await api.signIn(platform.adminEmail, 'correct horse battery staple');
  apiKey = (await api.must('mutation { createApiKey(name: "flows", role: USER) { secret } }')).createApiKey.secret;
});
afterAll(async () => {
  api?.[Symbol.dispose]();
  await db?.stop();
  await platform?.stop();
  await server?.[Symbol.asyncDispose]();
  await rm(dir, { recursive: true, force: true });
});

/** A graph in which most things go well, some fail, and some of what depends on these runs all the same. */
function randomNodes(random: () => number) {
  return Array.from({ length: NODES }, (_, n) => {
    const parents = n < 3 ? 0 : Math.floor(random() * 4);
    const dependsOn = [...new Set(Array.from({ length: parents }, () => `n${Math.floor(random() * n)}`))];
    return {
      key: `n${n}`,
      job: 'step',
      dependsOn,
      onDependencyFailure: random() < 0.3 ? ('RUN' as const) : ('CANCEL' as const),
      input: { fails: random() < 0.08, ms: Math.floor(20 + random() * 300) },
    };
  });
}

/** Kills one service after the other, whichever it may be and whatever it is doing. */
async function killAtRandom(kills: Kill[], names: string[], signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await wait(300 + Math.random() * 1_200, undefined, { signal }).catch(() => undefined);
    const victim = platform.services[Math.floor(Math.random() * platform.services.length)];
    if (signal.aborted || victim?.pid === undefined) continue;
    const kill = { pid: victim.pid, at: Date.now() };
    names.push(victim.name);
    await victim.kill9();
    kills.push({ ...kill, goneAt: Date.now() });
  }
}

interface NodeRow {
  flow_id: string;
  run_id: string;
  depends_on: string[];
  runs_anyway: boolean;
  status: string;
  attempt: number;
  losses: number;
  fails: boolean;
}
const NODE_ROWS = `select n.flow_id, n.run_id, n.depends_on, n.runs_anyway, r.status, r.attempt, r.losses,
  (r.input ->> 'fails')::bool as fails from read.flow_nodes n join read.runs r on r.id = n.run_id`;
/** How often each run was released, first queued, and ended, by what the fold accepted. */
const STORIES = `select run_id, count(*) filter (where e ->> 'type' = 'RunReleased')::int as released,
    count(*) filter (where e ->> 'type' = 'RunQueued' and (e -> 'data' ->> 'delivery')::int = 0)::int as queued
  from read.timelines, json_array_elements(events) e where (e ->> 'accepted')::bool group by run_id`;

it(
  `${FLOWS} flows, whose services are killed at random, run each node as its rule says, and release it once`,
  async () => {
    const kills: Kill[] = [];
    const names: string[] = [];
    const enough = new AbortController();
    const killing = killAtRandom(kills, names, enough.signal);
    const random = seeded(Date.now());
    using client = createClient({ url: platform.url, apiKey, timeoutMs: 60_000 });
    const flows: string[] = [];
    const began = Date.now();
    for (let n = 0; n < FLOWS; n++) {
      const flow = await client.enqueueFlow({
        name: `flow ${n}`,
        callbackUrl: `${server.url}/${n}`,
        nodes: randomNodes(random),
      });
      flows.push(flow.flowId);
      await wait(Math.max(0, began + ((n + 1) * SECONDS * 1000) / FLOWS - Date.now()));
    }
    enough.abort();
    await killing;

    const open = async () => (await db.query(`select id from read.flows where status = 'RUNNING'`)).length;
    await until(
      async () => (await db.query('select id from read.flows')).length === FLOWS && (await open()) === 0,
      `all ${FLOWS} flows have ended after ${kills.length} kills (${names.join(', ')})`,
      SETTLE_MS,
    );
    const rows = await db.query<NodeRow>(NODE_ROWS);
    expect(new Set(rows.map((row) => row.flow_id))).toEqual(new Set(flows));
    expect(rows).toHaveLength(FLOWS * NODES);
    const status = new Map(rows.map((row) => [row.run_id, row.status]));
    const mayRun = (row: NodeRow) =>
      row.runs_anyway || row.depends_on.every((parent) => status.get(parent) === 'SUCCEEDED');
    const wrong = rows.filter((row) => {
      // One that took three workers with it, as far as anybody can tell, is given up.
      if (mayRun(row)) return row.status !== (row.fails ? 'FAILED' : 'SUCCEEDED') && row.losses < 3;
      return row.status !== 'CANCELLED' || row.attempt !== 0;
    });
    expect(wrong).toEqual([]);

    const stories = new Map(
      (await db.query<{ run_id: string; released: number; queued: number }>(STORIES)).map((one) => [one.run_id, one]),
    );
    const told = (row: NodeRow) => ({
      released: stories.get(row.run_id)?.released,
      queued: stories.get(row.run_id)?.queued,
    });
    const wanted = (row: NodeRow) => ({
      released: Number(mayRun(row) && row.depends_on.length > 0),
      queued: Number(mayRun(row)),
    });
    expect(rows.map((row) => ({ id: row.run_id, ...told(row) }))).toEqual(
      rows.map((row) => ({ id: row.run_id, ...wanted(row) })),
    );

    const executions = await readExecutions(join(dir, 'ledger'));
    expect(withoutCause(executions, kills)).toEqual([]);
    const ran = new Set(executions.map(({ runId }) => runId));
    expect(rows.filter((row) => ran.has(row.run_id) !== mayRun(row))).toEqual([]);
    // No node began before all that it depends on had ended.
    const firstStart = new Map<string, number>();
    for (const { runId, startedAt } of executions) if (!firstStart.has(runId)) firstStart.set(runId, startedAt);
    const ends = await db.query<{ id: string; at: number }>(
      `select id, (extract(epoch from finished_at) * 1000)::bigint as at from read.runs`,
    );
    const endedAt = new Map(ends.map(({ id, at }) => [id, at]));
    const early = rows.filter(({ run_id, depends_on }) =>
      depends_on.some(
        (parent) => (firstStart.get(run_id) ?? Number.POSITIVE_INFINITY) < (endedAt.get(parent) ?? 0) - 1,
      ),
    );
    expect(early).toEqual([]);
    await until(
      async () => (await db.query(`select 1 from read.deliveries where event like 'flow.%'`)).length >= FLOWS,
      'every callback is told',
      60_000,
    );
    expect(
      await db.query(`select url from read.deliveries where event like 'flow.%' group by url having count(*) > 1`),
    ).toEqual([]);
    process.stdout.write(
      `flows killed: ${kills.length} kills, ${executions.length} executions of ${rows.filter(mayRun).length} nodes\n`,
    );
    expect(kills.length).toBeGreaterThan(SECONDS / 3);
  },
  SECONDS * 1_000 + SETTLE_MS + 120_000,
);
