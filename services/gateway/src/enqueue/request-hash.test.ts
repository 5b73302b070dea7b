import { describe, expect, it } from 'vitest';
import { requestHash } from './request-hash.js';

describe('the hash of an enqueue request', () => {
  it('is the same whatever the order of keys, and for null as for missing', () => {
    const a = requestHash({ job: 'j', input: { a: 1, b: [{ c: 2, d: 3 }] }, tags: null });
    const b = requestHash({ input: { b: [{ d: 3, c: 2 }], a: 1 }, job: 'j' });
    expect(a).toBe(b);
  });

  it('leaves out the key itself and nothing else', () => {
    const base = { job: 'j', input: { a: 1 } };
    expect(requestHash({ ...base, idempotencyKey: 'k' })).toBe(requestHash(base));
    const others = [
      { ...base, job: 'i' },
      { ...base, input: { a: 2 } },
      { ...base, uniqueKey: 'u' },
      { ...base, delayMs: 1 },
      { ...base, runAt: new Date(1) },
      { ...base, expiresAt: new Date(1) },
      { ...base, queue: 'q' },
      { ...base, priority: 1 },
      { ...base, retry: { maxAttempts: 1 } },
      { ...base, timeout: { hardMs: 1 } },
      { ...base, tags: ['t'] },
      { ...base, callbackUrl: 'https://example.com' },
    ];
    expect(new Set(others.map(requestHash)).size).toBe(others.length);
    expect(others.map(requestHash)).not.toContain(requestHash(base));
  });

  it('keeps the order of lists', () => {
    expect(requestHash({ job: 'j', tags: ['a', 'b'] })).not.toBe(requestHash({ job: 'j', tags: ['b', 'a'] }));
  });
});
