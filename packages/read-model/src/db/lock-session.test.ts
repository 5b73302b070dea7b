import { expect, it } from 'vitest';
import type { Db, DbSession } from './db.js';
import { openLockSession } from './lock-session.js';

function dbWhose(query: () => Promise<unknown[]>, end: () => Promise<void> = async () => undefined) {
  let open = 0;
  const session = { query, end: () => end().finally(() => --open) } as unknown as DbSession;
  const db = {
    async session() {
      open += 1;
      return session;
    },
  } as unknown as Db;
  return { db, session, open: () => open };
}

it('a session that cannot be prepared is ended, and its own error told', async () => {
  const refused = new Error('permission denied to set parameter');
  const broken = dbWhose(() => Promise.reject(refused));
  for (let n = 0; n < 3; n++) await expect(openLockSession(broken.db, () => undefined)).rejects.toBe(refused);
  expect(broken.open()).toBe(0);
  const gone = dbWhose(
    () => Promise.reject(refused),
    () => Promise.reject(new Error('already gone')),
  );
  await expect(openLockSession(gone.db, () => undefined)).rejects.toBe(refused);
});

it('a session that is prepared stays open', async () => {
  const fine = dbWhose(async () => []);
  expect(await openLockSession(fine.db, () => undefined)).toBe(fine.session);
  expect(fine.open()).toBe(1);
});
