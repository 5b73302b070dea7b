import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { redisWorkerUser } from './redis-config.js';

it('a worker may use every command that its scripts call, and none that is for all keys', async () => {
  const scripts = await readFile(new URL('../../../sdk/src/limits/permit-scripts.ts', import.meta.url), 'utf8');
  const called = new Set(
    [...scripts.matchAll(/redis\.call\('([A-Z]+)'/g)].map(([, name = '']) => `+${name.toLowerCase()}`),
  );
  const rules = redisWorkerUser({ user: 'worker-x', sha256: '0'.repeat(64) });
  expect(called.size).toBeGreaterThan(10);
  expect([...called].filter((rule) => !rules.includes(rule))).toEqual([]);
  expect(rules.filter((rule) => /^[+](@|scan|keys|flush|config|acl|function|script)/.test(rule))).toEqual([]);
});
