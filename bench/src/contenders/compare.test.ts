import { expect, it } from 'vitest';
import { compare, comparedRows } from './compare.js';
import type { Contender } from './contender.js';

/** Answers with these rates, one round after the other, and notes whose turn it was. */
function contender(name: string, rates: number[], turns: string[]): Contender {
  const left = [...rates];
  return {
    name,
    async round(count) {
      turns.push(`${name} ${count}`);
      return left.shift() ?? 0;
    },
    async [Symbol.asyncDispose]() {},
  };
}

it('the first round of each warms up, the order turns round by round, and figures are medians', async () => {
  const turns: string[] = [];
  const told: string[] = [];
  const ours = contender('ours', [1, 100, 300, 200], turns);
  const theirs = contender('theirs', [9_999, 100, 100, 400], turns);
  const compared = await compare([ours, theirs], { runs: 50, rounds: 3, say: (line) => told.push(line) });
  expect(turns).toEqual(
    ['ours', 'theirs', 'ours', 'theirs', 'theirs', 'ours', 'ours', 'theirs'].map((name) => `${name} 50`),
  );
  expect(compared).toEqual([
    { name: 'ours', rate: 200, ratio: 1 },
    { name: 'theirs', rate: 100, ratio: 1 },
  ]);
  expect(told[1]).toBe('round 2: ours 300/s; theirs 100/s; ratio 3.00');
  expect(comparedRows(compared)).toEqual([
    ['ours', '200/s', ''],
    ['theirs', '100/s', '1.00'],
  ]);
});
