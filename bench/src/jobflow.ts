import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { type Platform, startPlatform } from '@jobflow/cli';
import { createDb, type Db } from '@jobflow/read-model';

export interface BenchPlatform extends AsyncDisposable {
  url: string;
  token: string;
  backing: Platform['backing'];
  db: Db;
  pids(): number[];
}

/** A whole platform as `npm start` runs it, on data of its own, with a handler that does nothing. */
export async function startBenchPlatform(): Promise<BenchPlatform> {
  const dataDir = await mkdtemp(join(tmpdir(), 'jobflow-bench-'));
  const platform = await startPlatform({ port: 0, dataDir });
  const db = await createDb(platform.backing.databaseUrl, { name: 'bench', max: 2 });
  const { login } = await ask<{ login: { accessToken: string } }>(
    platform.url,
    '',
    'mutation ($email: String!, $password: String!) { login(email: $email, password: $password) { accessToken } }',
    { email: platform.adminEmail, password: platform.adminPassword },
  );
  return {
    url: platform.url,
    token: login.accessToken,
    backing: platform.backing,
    db,
    pids: () => [process.pid],
    async [Symbol.asyncDispose]() {
      await db.stop();
      await platform.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** Runs per second, from the first enqueueMany until Postgres shows the last one as SUCCEEDED. */
export async function benchJobflow(platform: BenchPlatform, count: number): Promise<number> {
  const before = await succeeded(platform.db);
  const started = performance.now();
  let next = 0;
  const client = async () => {
    for (let first = next; first < count; first = next) {
      next = first + Math.min(1000, count - first);
      const inputs = Array.from({ length: next - first }, (_, n) => ({ job: 'noop', input: { n: first + n } }));
      await ask(
        platform.url,
        platform.token,
        'mutation ($inputs: [EnqueueInput!]!) { enqueueMany(inputs: $inputs) { position } }',
        { inputs },
      );
    }
  };
  await Promise.all([client(), client()]);
  while ((await succeeded(platform.db)) < before + count) await wait(20);
  return (count / (performance.now() - started)) * 1000;
}

async function succeeded(db: Db): Promise<number> {
  const [row] = await db.query<{ n: string }>(
    `select coalesce(sum(succeeded), 0) n from read.job_stats where job = 'noop'`,
  );
  return Number(row?.n ?? 0);
}

async function ask<T>(url: string, token: string, query: string, variables: object): Promise<T> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
    body: JSON.stringify({ query, variables }),
  });
  const answer = (await response.json()) as { data: T; errors?: { message: string }[] };
  if (answer.errors) throw new Error(answer.errors.map((error) => error.message).join('; '));
  return answer.data;
}
