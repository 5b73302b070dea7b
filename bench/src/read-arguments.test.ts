import { expect, it } from 'vitest';
import { readArguments } from './read-arguments.js';

const known = ['platform', 'engine'];

it('without a name the platform is measured, in three rounds', () => {
  expect(readArguments([], known)).toEqual({
    help: false,
    names: ['platform'],
    runs: undefined,
    seconds: undefined,
    rounds: 3,
  });
});

it('names and figures are taken in any order', () => {
  const read = readArguments(['engine', '--runs', '20000', 'platform', '--rounds', '1', '--seconds', '5'], known);
  expect(read).toEqual({ help: false, names: ['engine', 'platform'], runs: 20_000, seconds: 5, rounds: 1 });
});

it.each([
  [['nothing'], 'there is no benchmark "nothing": choose from platform, engine'],
  [['--runs', '10'], '--runs must be a whole number from 1000'],
  [['--rounds', '1.5'], '--rounds must be a whole number'],
  [['--seconds', 'x'], 'not "x"'],
])('%j is refused with a reason', (args, reason) => {
  expect(() => readArguments(args, known)).toThrow(reason);
});
