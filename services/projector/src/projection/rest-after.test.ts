import { describe, expect, it } from 'vitest';
import { type Pace, restAfter } from './rest-after.js';

describe('the rest after a batch', () => {
  const rest = (messages: number, { tookMs = 5, pace = 'patient' }: { tookMs?: number; pace?: Pace } = {}) =>
    restAfter({ messages, tookMs, pace });

  it('is short where little comes, and long where much does', () => {
    expect(rest(1)).toBe(20);
    expect(rest(49)).toBe(20);
    expect(rest(50)).toBe(95);
    expect(rest(499)).toBe(95);
  });
  it('is shortest while somebody waits for what follows', () => {
    expect(rest(1, { tookMs: 1, pace: 'urgent' })).toBe(3);
    expect(rest(50, { tookMs: 1, pace: 'urgent' })).toBe(3);
  });
  it('is short of a stream of which nothing is known', () => {
    expect(restAfter({ messages: 50, tookMs: 5, pace: undefined })).toBe(20);
  });
  it('is none where a batch gathers by itself, or took as long', () => {
    expect(rest(500)).toBe(0);
    expect(rest(1, { tookMs: 30 })).toBe(0);
    expect(rest(100, { tookMs: 130 })).toBe(0);
  });
});
