import { expect, it } from 'vitest';
import { canCarryOut, servesQueue } from './worker-beat.js';

it('a worker serves the queues it names, or all', () => {
  const asked = ['mail', 'default'];
  expect(asked.map((queue) => servesQueue({ queues: ['mail'] }, queue))).toEqual([true, false]);
  expect(asked.map((queue) => servesQueue({ queues: ['*'] }, queue))).toEqual([true, true]);
});

it('a worker can carry out its handlers, and the kinds that are not switched off', () => {
  const told = {
    handlers: [{ name: 'send' }],
    kinds: [
      { kind: 'HTTP' as const, enabled: true },
      { kind: 'SHELL' as const, enabled: false },
    ],
  };
  expect(canCarryOut(told, { kind: 'HANDLER', job: 'send' })).toBe(true);
  expect(canCarryOut(told, { kind: 'HANDLER', job: 'other' })).toBe(false);
  expect(canCarryOut(told, { kind: 'HTTP', job: 'any' })).toBe(true);
  expect(canCarryOut(told, { kind: 'SHELL', job: 'send' })).toBe(false);
  expect(canCarryOut(told, { kind: 'SQL', job: 'any' })).toBe(false);
});
