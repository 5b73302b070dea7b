import { describe, expect, it } from 'vitest';
import { formatDuration } from './duration';

describe('a duration for people', () => {
  it.each([
    [0, '0 ms'],
    [999, '999 ms'],
    [1_000, '1.0 s'],
    [2_449, '2.4 s'],
    [9_949, '9.9 s'],
    [9_960, '10 s'],
    [59_499, '59 s'],
    [59_600, '1 m'],
    [200_000, '3 m 20 s'],
    [3_599_700, '1 h'],
    [18_720_000, '5 h 12 m'],
    [187_200_000, '2 d 4 h'],
  ])('%d ms is %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });

  it('an unknown length is a dash, a negative one (clocks differ) is zero', () => {
    expect(formatDuration(undefined)).toBe('–');
    expect(formatDuration(Number.NaN)).toBe('–');
    expect(formatDuration(-40)).toBe('0 ms');
  });
});
