import { type Logger, testClock } from '@jobflow/platform';
import type { Db, DbSession } from '@jobflow/read-model';
import { expect, it } from 'vitest';
import { createShardLocks } from './shard-locks.js';

it('a session in which no lock can be had is ended', async () => {
  let open = 0;
  let opened = 0;
  const session = {
    query: (sql: string) =>
      sql.includes('advisory') ? Promise.reject(new Error('out of locks')) : Promise.resolve([]),
    async end() {
      open -= 1;
    },
  } as unknown as DbSession;
  const db = {
    async session() {
      open += 1;
      opened += 1;
      return session;
    },
  } as unknown as Db;
  const logger = { info() {}, warn() {} } as unknown as Logger;
  const locks = createShardLocks({ db, clock: testClock(0), logger, onChange: () => undefined });
  await locks.start();
  await locks.stop();
  expect(opened).toBe(1);
  expect(open).toBe(0);
  expect(locks.trouble()).toBe('out of locks');
});
