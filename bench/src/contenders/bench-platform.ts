import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Platform, startPlatform } from '@jobflow/cli';
import { createDb, type Db } from '@jobflow/read-model';
import { startProgram } from '../program/start-program.js';
import { type Contender, perSecondSince } from './contender.js';
import { interrupted, noteServers } from './running-servers.js';

export interface BenchPlatform extends AsyncDisposable {
  platform: Platform;
  db: Db;
  /** How a client signs in. */
  access: { url: string; email: string; password: string };
}

export interface BenchPlatformOptions {
  executors?: number;
  /** Runs that each executor carries out at once; else its own default. */
  concurrency?: number;
  env?: Record<string, string>;
}

/** A whole platform as `npm start` runs it, on data of its own below this directory, with the handlers of `handlers/`. */
export async function startBenchPlatform(
  dir: string,
  { executors = 1, concurrency, env = {} }: BenchPlatformOptions = {},
): Promise<BenchPlatform> {
  const platform = await startPlatform({
    dataDir: await mkdtemp(join(dir, 'platform-')),
    handlersDir: fileURLToPath(new URL('../handlers', import.meta.url)),
    executors,
    env: { ...(concurrency && { JOBFLOW_CONCURRENCY: String(concurrency) }), ...env },
    signal: interrupted,
  });
  const stop = noteServers(platform);
  const db = await createDb(platform.backing.databaseUrl, { name: 'bench', max: 2 });
  const { url, adminEmail: email, adminPassword: password = '' } = platform;
  return {
    platform,
    db,
    access: { url, email, password },
    async [Symbol.asyncDispose]() {
      await db.stop();
      await stop();
    },
  };
}

/** enqueueMany of 1,000, two at a time; finished when Postgres shows every run of the job as SUCCEEDED. */
export async function jobflowPlatform(name: string, { db, access }: BenchPlatform, job = 'noop'): Promise<Contender> {
  const client = await startProgram('gateway-client', access);
  const succeeded = async () => {
    const [row] = await db.query<{ n: number }>('select succeeded n from read.job_stats where job = $1', [job]);
    return row?.n ?? 0;
  };
  return {
    name,
    async round(count) {
      await client.call('signIn');
      const before = await succeeded();
      const started = performance.now();
      await client.call('produce', { job, count });
      while ((await succeeded()) < before + count) await wait(20);
      return perSecondSince(started, count);
    },
    [Symbol.asyncDispose]: () => client[Symbol.asyncDispose](),
  };
}
