import { expect, it } from 'vitest';
import { closestName } from './closest-name.js';

const known = ['concurrency', 'retry', 'retries', 'timeout', 'url', 'input', 'run'];

it.each([
  ['concurency', 'concurrency'],
  ['Concurrency', 'concurrency'],
  ['retires', 'retries'],
  ['retrys', 'retry'],
  ['timeoutMs', 'timeout'],
  ['time', 'timeout'],
  ['uri', 'url'],
  ['inptu', 'input'],
])('%s was probably meant to be %s', (given, meant) => {
  expect(closestName(given, known)).toBe(meant);
});

it.each(['', 'x', 'in', 'metrics', 'queue', 'backoff', 'concurrency'.repeat(1_000)])('%s is near none', (given) => {
  expect(closestName(given, known)).toBeUndefined();
});

it('the nearest is chosen, whatever their order', () => {
  expect(closestName('retrie', ['retries', 'retry'])).toBe('retries');
  expect(closestName('retrie', ['retry', 'retries'])).toBe('retries');
});
