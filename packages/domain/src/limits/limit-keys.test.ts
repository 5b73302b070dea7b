import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concurrencyKeysOf, keyValueOf, limitKeysOf, parseKeyPath, parseLimitKey } from './limit-keys.js';

const run = { job: 'mail.send', queue: 'mail', input: { tenantId: 42, user: { id: 'ada' }, items: [{ sku: 's' }] } };

describe('a key', () => {
  it.each([
    ['tenantId', '42'],
    ['user.id', 'ada'],
    ['$.user.id', 'ada'],
    ['items.0.sku', 's'],
    ['user', '{"id":"ada"}'],
    ['missing', ''],
    ['user.id.deeper', ''],
    ['__proto__', ''],
  ])('at %s has the value %j', (path, value) => {
    expect(keyValueOf(path, run.input)).toBe(value);
  });

  it('that is long is told by its hash, so that two long ones do not become one', () => {
    const [a, b] = ['a', 'b'].map((end) => keyValueOf('x', { x: 'y'.repeat(5_000) + end }));
    expect(a).toMatch(/^#[0-9a-f]{32}$/);
    expect(a).not.toBe(b);
  });

  it.each(['', 'a..b', '.a', 'a.', '$[0]', 'a b', 'a'.repeat(300), Array(30).fill('a').join('.')])(
    'has no path %j',
    (path) => {
      expect(parseKeyPath(path)).toBeUndefined();
    },
  );

  it('counts the runs of a job or queue, or of one value of them', () => {
    expect(limitKeysOf(run)).toEqual({ job: 'job:mail.send' });
    const limits = { concurrency: 2, concurrencyKey: 'tenantId' };
    expect(limitKeysOf({ ...run, limits })).toEqual({ job: 'job:mail.send=42', queue: 'queue:mail=42' });
    expect(concurrencyKeysOf({ ...run, limits })).toEqual(['job:mail.send=42', 'queue:mail=42']);
    expect(concurrencyKeysOf({ ...run, limits: { concurrencyKey: 'tenantId' } })).toEqual(['queue:mail=42']);
    expect(concurrencyKeysOf({ ...run, limits: { concurrency: 1 } })).toEqual(['job:mail.send']);
    expect(concurrencyKeysOf({ ...run, limits: { rate: { limit: 1, perMs: 1 } } })).toBeUndefined();
  });

  it('fits into an event and is read back, whatever the value', () => {
    fc.assert(
      fc.property(fc.json(), (json) => {
        const input = { v: JSON.parse(json) };
        const { job } = limitKeysOf({ ...run, job: 'j'.repeat(100), input, limits: { concurrencyKey: 'v' } });
        expect(job.length).toBeLessThanOrEqual(300);
        expect(job.isWellFormed()).toBe(true);
        const parsed = parseLimitKey(job);
        expect(parsed).toEqual({ of: 'job', name: 'j'.repeat(100), value: keyValueOf('v', input) });
      }),
    );
  });
});
