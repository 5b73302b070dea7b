import { describe, expect, it } from 'vitest';
import { splitTimes } from './split-times';

describe('instants in a sentence', () => {
  it('are found, and nothing of the sentence is lost', () => {
    const message = 'Attempt 1 failed; next try at 2026-11-23T23:23:13.643Z, or 2026-11-23T23:24:00Z';
    const parts = splitTimes(message);
    expect(parts.map((part) => part.text).join('')).toBe(message);
    expect(parts.map((part) => part.at)).toEqual([
      undefined,
      Date.parse('2026-11-23T23:23:13.643Z'),
      undefined,
      Date.parse('2026-11-23T23:24:00Z'),
    ]);
  });

  it('what only looks like one stays text', () => {
    expect(splitTimes('2026-99-99T99:99:99Z')).toEqual([{ text: '2026-99-99T99:99:99Z', at: undefined }]);
    expect(splitTimes('plain')).toEqual([{ text: 'plain', at: undefined }]);
  });
});
