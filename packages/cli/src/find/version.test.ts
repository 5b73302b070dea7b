import { expect, test } from 'vitest';
import { compareVersions, parseVersion } from './version.js';

test('a version is found wherever a server puts it', () => {
  expect(parseVersion('nats-server: v2.15.1')).toEqual([2, 15, 1]);
  expect(parseVersion('Redis server v=7.0.15 sha=00000000:0 malloc=jemalloc-5.3.0 bits=64')).toEqual([7, 0, 15]);
  expect(parseVersion('nats-server: v2.12')).toEqual([2, 12, 0]);
  expect(parseVersion('no number here')).toBeUndefined();
});

test('versions compare by number, not by letter', () => {
  expect(compareVersions([2, 9, 10], [2, 12, 0])).toBeLessThan(0);
  expect(compareVersions([2, 12, 1], [2, 12, 0])).toBeGreaterThan(0);
  expect(compareVersions([7, 0, 0], [7, 0, 0])).toBe(0);
});
