import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiClient } from '../system/api-client.js';
import { type RunningPlatform, startPlatformProcess } from '../system/running-platform.js';

let platform: RunningPlatform;
let api: ApiClient;
let ledger: string;

/** Handlers that leave a line outside for every execution, so that what really ran can be counted. */
const handlers = (file: string, gate: string) => `
import { appendFileSync, existsSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { defineHandler } from ${JSON.stringify(new URL('../../../packages/sdk/dist/index.js', import.meta.url).href)};
export const counted = defineHandler('counted', {}, async (ctx) => {
  appendFileSync(${JSON.stringify(file)}, ctx.runId + ' ' + process.pid + '\\n');
});
export const held = defineHandler('held', { retry: { maxAttempts: 1 } }, async (ctx) => {
  appendFileSync(${JSON.stringify(file)}, ctx.runId + ' ' + process.pid + '\\n');
  while (!existsSync(${JSON.stringify(gate)})) await wait(50, undefined, { signal: ctx.signal });
});
`;

let gate: string;
beforeAll(async () => {
  const dir = await mkdtemp(join(tmpdir(), 'jobflow-faults-'));
  ledger = join(dir, 'ledger');
  gate = join(dir, 'gate');
  await writeFile(ledger, '');
  const handlersDir = await mkdtemp(join(dir, 'handlers-'));
  await writeFile(join(handlersDir, 'ledger.mjs'), handlers(ledger, gate));
  platform = await startPlatformProcess({ args: ['--handlers', handlersDir, '--executors', '2'] });
  api = new ApiClient(platform.url);
  await api.signIn(platform.email, platform.password);
});
afterAll(async () => {
  api?.[Symbol.dispose]();
  await platform?.[Symbol.asyncDispose]();
});

/** Waits until all of them have ended, by the subscription to statistics; then counts them by status. */
async function endStates(job: string, total: number): Promise<Record<string, number>> {
  const count = async () => {
    const { runFacets } = await api.must(
      'query ($job: String!) { runFacets(filter: { jobs: [$job] }, by: STATUS) { value count } }',
      { job },
    );
    return Object.fromEntries(runFacets.map((f: { value: string; count: number }) => [f.value, f.count])) as Record<
      string,
      number
    >;
  };
  const ended = (c: Record<string, number>) =>
    (c.SUCCEEDED ?? 0) + (c.FAILED ?? 0) + (c.CANCELLED ?? 0) + (c.EXPIRED ?? 0);
  let counts = await count();
  if (ended(counts) >= total) return counts;
  for await (const _ of api.subscribe('subscription { stats { total } }')) {
    counts = await count();
    if (ended(counts) >= total) break;
  }
  return counts;
}

const executions = async (ids: Set<string>) =>
  (await readFile(ledger, 'utf8'))
    .split('\n')
    .filter((line) => ids.has(line.split(' ')[0] ?? ''))
    .map((line) => ({ id: line.split(' ')[0] ?? '', pid: Number(line.split(' ')[1]) }));

describe('when a process is killed with -9', () => {
  it("an executor's run goes on elsewhere, once", async () => {
    const { enqueue } = await api.must('mutation { enqueue(input: { job: "held" }) { run { id } } }');
    await api.watchRun(enqueue.run.id, (r) => r.status === 'RUNNING');
    const [first] = await executions(new Set([enqueue.run.id]));
    expect(first).toBeDefined();
    process.kill(first?.pid ?? 0, 'SIGKILL');
    await writeFile(gate, '');
    const counts = await endStates('held', 1);
    expect(counts).toEqual({ SUCCEEDED: 1 });
    const ran = await executions(new Set([enqueue.run.id]));
    expect(ran.length).toBe(2);
    expect(ran[1]?.pid).not.toBe(first?.pid);
  });

  it('nats-server in mid-load loses no acknowledged run', async () => {
    const ids = new Set<string>();
    const [nats] = await platform.pids(/nats-server/);
    let killed = false;
    while (ids.size < 4000) {
      const inputs = Array.from({ length: 200 }, (_, n) => ({
        job: 'counted',
        input: n,
        idempotencyKey: `k${ids.size + n}`,
      }));
      const answer = await api.ask('mutation ($inputs: [EnqueueInput!]!) { enqueueMany(inputs: $inputs) { ids } }', {
        inputs,
      });
      for (const id of answer.data?.enqueueMany?.ids ?? []) ids.add(id);
      if (answer.errors)
        expect(answer.errors[0]).toMatchObject({ extensions: { code: 'UNAVAILABLE', retryable: true } });
      if (!killed && ids.size >= 1000 && nats) {
        process.kill(nats, 'SIGKILL');
        killed = true;
      }
    }
    expect(killed).toBe(true);
    const counts = await endStates('counted', ids.size);
    expect(counts).toEqual({ SUCCEEDED: ids.size });
    const ran = await executions(ids);
    expect(new Set(ran.map((r) => r.id)).size).toBe(ids.size);
  });
});
