import { expect, it } from 'vitest';
import { inTurn } from './in-turn.js';

it('runs what shares a key one after the other, in order, even after a failure', async () => {
  const owner = {};
  const seen: string[] = [];
  const act =
    (name: string, fails = false) =>
    async () => {
      seen.push(`${name} begins`);
      await new Promise((resolve) => setImmediate(resolve));
      seen.push(`${name} ends`);
      if (fails) throw new Error(name);
      return name;
    };
  const first = inTurn(owner, 'k', act('a', true));
  const second = inTurn(owner, 'k', act('b'));
  const other = inTurn(owner, 'l', act('c'));
  await expect(first).rejects.toThrow('a');
  expect(await Promise.all([second, other])).toEqual(['b', 'c']);
  expect(seen.filter((entry) => !entry.startsWith('c'))).toEqual(['a begins', 'a ends', 'b begins', 'b ends']);
  expect(seen.indexOf('c begins')).toBeLessThan(seen.indexOf('a ends'));
});
