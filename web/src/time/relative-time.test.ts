import { describe, expect, it } from 'vitest';
import { preciseTime, relativeTime } from './relative-time';

const now = Date.parse('2026-11-23T12:00:00.000Z');

describe('a time relative to now', () => {
  it.each([
    // The exact unit words are the browser's (and differ between versions): only their first letter is fixed.
    [-500, /^just now$/],
    [900, /^in a moment$/],
    [-12_000, /^12 ?s\w* ago$/],
    [-59_999, /^59 ?s\w* ago$/],
    [-60_000, /^1 ?m\w* ago$/],
    [-5 * 3_600_000, /^5 ?h\w* ago$/],
    [3 * 86_400_000, /^in 3 ?d\w*$/],
    [-400 * 86_400_000, /^1 ?y\w* ago$/],
  ])('%d ms away reads like %s', (distance, words) => {
    expect(relativeTime(now + distance, now)).toMatch(words);
  });
});

describe('a precise time', () => {
  it('shows milliseconds with leading zeros', () => {
    expect(preciseTime(Date.parse('2026-11-23T12:00:00.007Z'))).toMatch(/:00\.007$/);
  });
});
