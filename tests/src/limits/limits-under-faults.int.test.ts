import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Redis } from 'ioredis';
import { describe, expect, it } from 'vitest';
import { type House, startHouse } from '../executor/house.js';

const PROGRAM = fileURLToPath(new URL('./limited-worker.ts', import.meta.url));
const filesOf = (house: House) => ({ ledger: join(house.dir, 'ledger'), gate: join(house.dir, 'gate') });

async function startWorker(house: House, limit: number) {
  const { ledger, gate } = filesOf(house);
  const { natsUrl, redisUrl } = house.backing;
  const more = { NATS_URL: natsUrl, REDIS_URL: redisUrl, LEDGER: ledger, GATE: gate, LIMIT: String(limit) };
  const env = { ...process.env, ...more };
  const child: ChildProcess = spawn(process.execPath, ['--no-warnings', PROGRAM], {
    env,
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const gone = once(child, 'exit');
  await Promise.race([once(child, 'message'), gone.then(() => Promise.reject(new Error('the worker ended')))]);
  const kill9 = async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
    await gone;
  };
  return { pid: child.pid ?? 0, kill9, [Symbol.asyncDispose]: kill9 };
}

interface Noted {
  what: '+' | '-';
  runId: string;
  pid: number;
}
async function readLedger(house: House): Promise<Noted[]> {
  const lines = (await readFile(filesOf(house).ledger, 'utf8').catch(() => '')).split('\n').filter(Boolean);
  return lines.map((line) => {
    const [what, runId = '', pid] = line.split(' ');
    return { what: what as '+' | '-', runId, pid: Number(pid) };
  });
}
/** The most that ran at once; what a killed process ran counts until it was killed. */
function mostAtOnce(ledger: readonly Noted[], of: ReadonlySet<string>, killed: number[] = []): number {
  let now = 0;
  let most = 0;
  for (const { what, runId, pid } of ledger) {
    if (!of.has(runId) || killed.includes(pid)) continue;
    now += what === '+' ? 1 : -1;
    most = Math.max(most, now);
  }
  return most;
}
const many = (house: House, count: number, limit: number, input: object) =>
  Promise.all(
    Array.from({ length: count }, () =>
      house.enqueue({ job: 'limited', limits: { concurrency: limit }, input: { ...input } }),
    ),
  );
const allEnded = (house: House, ids: string[]) => Promise.all(ids.map((id) => house.fold.whenEnded(id)));

describe.concurrent('limits', () => {
  it('of a killed worker return: what it ran and who waited for it run elsewhere', { timeout: 120_000 }, async () => {
    await using house = await startHouse({ redis: true });
    await using first = await startWorker(house, 2);
    const held = await many(house, 2, 2, { held: true });
    for (const id of held) await house.fold.when(id, (state) => state.status === 'RUNNING');
    await using _second = await startWorker(house, 2);
    const waiting = await many(house, 3, 2, {});
    for (const id of waiting) await house.fold.when(id, (state) => state.limitKey !== undefined);
    await first.kill9();
    await writeFile(filesOf(house).gate, '');
    const states = await allEnded(house, [...held, ...waiting]);
    expect(states.every(({ status }) => status === 'SUCCEEDED')).toBe(true);
    const ledger = await readLedger(house);
    expect(mostAtOnce(ledger, new Set([...held, ...waiting]), [first.pid])).toBeLessThanOrEqual(2);
  });

  it('are kept when Redis loses everything in mid-run', async () => {
    await using house = await startHouse({ redis: true });
    const workers = await Promise.all([1, 2, 3, 4].map(() => startWorker(house, 3)));
    const ids = await many(house, 60, 3, { ms: 150 });
    const redis = new Redis(house.backing.redisUrl);
    for (let n = 0; n < 2; n++) {
      await wait(800);
      await redis.flushall();
    }
    redis.disconnect();
    const states = await allEnded(house, ids);
    expect(states.every(({ status }) => status === 'SUCCEEDED')).toBe(true);
    expect(mostAtOnce(await readLedger(house), new Set(ids))).toBeLessThanOrEqual(4);
    for (const worker of workers) await worker.kill9();
  });

  it('are kept when Redis is killed in mid-run, while what is not limited goes on', async () => {
    await using house = await startHouse({ redis: true });
    const workers = await Promise.all([1, 2].map(() => startWorker(house, 3)));
    const ids = await many(house, 40, 3, { ms: 150 });
    await wait(500);
    const killed = house.backing.redis.kill9();
    const free = await Promise.all(Array.from({ length: 30 }, () => house.enqueue({ job: 'free' })));
    await allEnded(house, free);
    await killed;
    const states = await allEnded(house, ids);
    expect(states.every(({ status, attempt }) => status === 'SUCCEEDED' && attempt === 1)).toBe(true);
    expect(mostAtOnce(await readLedger(house), new Set(ids))).toBeLessThanOrEqual(4);
    for (const worker of workers) await worker.kill9();
  });
});
