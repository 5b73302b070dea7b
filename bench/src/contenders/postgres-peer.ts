import { setTimeout as wait } from 'node:timers/promises';
import { createDb } from '@jobflow/read-model';
import { startProgram } from '../program/start-program.js';
import { type Contender, perSecondSince } from './contender.js';

export interface PostgresPeer {
  name: string;
  /** A file of `programs/`. */
  program: string;
  /** Whether a job is not finished yet. */
  unfinished: string;
}

/** Deletes a job when it is done. */
export const graphileWorker = (name: string): PostgresPeer => ({
  name,
  program: 'graphile-worker',
  unfinished: 'select exists (select 1 from graphile_worker._private_jobs) found',
});

/** Keeps a job when it is done. */
export const pgBoss = (name: string): PostgresPeer => ({
  name,
  program: 'pg-boss',
  unfinished: `select exists (select 1 from pgboss.job where name = 'noop' and state < 'completed') found`,
});

/** In a database of its own on the server of `databaseUrl`; lots of 1,000, two at a time. */
export async function postgresPeer(peer: PostgresPeer, databaseUrl: string, concurrency: number): Promise<Contender> {
  const admin = await createDb(databaseUrl, { name: 'bench-admin', max: 1 });
  const url = new URL(databaseUrl);
  url.pathname = `/bench_${peer.program.replace(/\W/g, '_')}`;
  await admin.query(`create database ${url.pathname.slice(1)}`);
  await admin.stop();
  const config = { database: url.href, concurrency };
  const producer = await startProgram(peer.program, { ...config, role: 'producer' });
  const worker = await startProgram(peer.program, { ...config, role: 'worker' });
  const db = await createDb(url.href, { name: 'bench', max: 1 });
  return {
    name: peer.name,
    async round(count) {
      const started = performance.now();
      await producer.call('produce', count);
      while ((await db.query<{ found: boolean }>(peer.unfinished))[0]?.found) await wait(20);
      return perSecondSince(started, count);
    },
    async [Symbol.asyncDispose]() {
      await db.stop();
      await worker[Symbol.asyncDispose]();
      await producer[Symbol.asyncDispose]();
    },
  };
}
