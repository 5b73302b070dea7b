import dns from 'node:dns';
import { afterEach, expect, it, vi } from 'vitest';
import { createDb } from './db.js';

afterEach(() => void vi.restoreAllMocks());

it('a server that is at none of its addresses is told of by the code of that', async () => {
  const addresses = ['127.0.0.1', '127.0.0.2'].map((address) => ({ address, family: 4 }));
  const lookup = (_: string, __: unknown, done: (error: null, found: typeof addresses) => void) =>
    done(null, addresses);
  vi.spyOn(dns, 'lookup').mockImplementation(lookup as never);
  const db = await createDb('postgres://nobody:secret@both.test:1/none', { name: 'test' });
  await expect(db.query('select 1')).rejects.toThrow(/^Postgres cannot be reached \(ECONNREFUSED\)$/);
  await db.stop();
});
