import { validate, version } from 'uuid';
import { expect, it } from 'vitest';
import { newId, newToken } from './ids.js';

it('ids are UUIDv7, distinct, and in the order they were made', () => {
  const ids = Array.from({ length: 20_000 }, newId);
  expect(new Set(ids).size).toBe(ids.length);
  expect([...ids].sort()).toEqual(ids);
  for (const id of ids.slice(0, 100)) expect(validate(id) && version(id)).toBe(7);
  const made = Number.parseInt((ids[0] as string).replaceAll('-', '').slice(0, 12), 16);
  expect(Math.abs(made - Date.now())).toBeLessThan(5_000);
});

it('tokens have as many random bytes as asked for, and no characters that need escaping', () => {
  expect(Buffer.from(newToken(32), 'base64url')).toHaveLength(32);
  expect(newToken()).toMatch(/^[\w-]+$/);
});
