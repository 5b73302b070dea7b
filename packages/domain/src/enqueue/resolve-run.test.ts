import { defaultRetryPolicy, defaultTimeoutPolicy, type JobState, RunDefinition } from '@jobflow/contracts';
import { describe, expect, it } from 'vitest';
import { type EnqueueFields, resolveRun } from './resolve-run.js';

const job: JobState = {
  name: 'mail.send',
  title: 'Mail',
  kind: 'HTTP',
  spec: { url: 'https://example.com' },
  defaultInput: { to: 'ada' },
  queue: 'mail',
  priority: 7,
  retry: defaultRetryPolicy,
  timeout: defaultTimeoutPolicy,
  limits: {},
  guarantee: 'AT_LEAST_ONCE',
  logLevel: 'INFO',
  enabled: true,
  tags: ['mail'],
  revision: 4,
  createdAt: 1,
  updatedAt: 1,
};
const context = { id: '01890a5d-ac96-774b-bcce-b302099a8057', now: 10_000, actor: 'user:1' };
const resolve = (fields: EnqueueFields = {}) => resolveRun(job, fields, context);
const run = (fields: EnqueueFields = {}) => {
  const resolved = resolve(fields);
  if (!resolved.ok) throw new Error(JSON.stringify(resolved.fields));
  return resolved;
};

describe('a resolved run', () => {
  it('is complete without a word from the caller', () => {
    const resolved = run();
    expect(RunDefinition.parse(resolved.run)).toEqual(resolved.run);
    expect(resolved).not.toHaveProperty('dueAt');
    expect(resolved.run).toMatchObject({
      id: context.id,
      job: 'mail.send',
      jobRevision: 4,
      kind: 'HTTP',
      spec: job.spec,
      queue: 'mail',
      priority: 7,
      input: { to: 'ada' },
      tags: ['mail'],
      createdAt: 10_000,
      createdBy: 'user:1',
    });
  });

  it('takes what the caller says, and the rest from the job', () => {
    const { run: it } = run({
      input: null,
      priority: 1,
      queue: 'bulk',
      retry: { maxAttempts: 9 },
      tags: ['a', 'mail'],
    });
    expect(it).toMatchObject({ input: null, priority: 1, queue: 'bulk', tags: ['mail', 'a'] });
    expect(it.retry).toEqual({ ...defaultRetryPolicy, maxAttempts: 9 });
  });

  it.each<[string, JobState['retry'], EnqueueFields, number]>([
    ['once where nobody says anything', defaultRetryPolicy, {}, 1],
    ['once where the caller says something else', defaultRetryPolicy, { retry: { initialDelayMs: 5 } }, 1],
    ['as often as the caller says', defaultRetryPolicy, { retry: { maxAttempts: 3 } }, 3],
    ['as often as its job says', { ...defaultRetryPolicy, maxAttempts: 2 }, {}, 2],
    ['as often as a policy of its job allows', { ...defaultRetryPolicy, backoff: 'FIXED' }, {}, 3],
  ])('that may run at most once is tried %s', (_, retry, fields, attempts) => {
    const resolved = resolveRun({ ...job, guarantee: 'AT_MOST_ONCE', retry }, fields, context);
    expect(resolved).toMatchObject({ ok: true, run: { retry: { maxAttempts: attempts } } });
  });

  it('is due later only if its time has not passed', () => {
    expect(run({ delayMs: 2000 }).dueAt).toBe(12_000);
    expect(run({ runAt: 12_000 }).dueAt).toBe(12_000);
    for (const fields of [{ delayMs: 0 }, { runAt: 10_000 }, { runAt: 5 }]) expect(run(fields).dueAt).toBeUndefined();
  });

  it.each<[string, EnqueueFields, string]>([
    ['both times', { delayMs: 1, runAt: 1 }, 'delayMs'],
    ['a negative delay', { delayMs: -1 }, 'delayMs'],
    ['a delay past the end of time', { delayMs: Number.MAX_SAFE_INTEGER }, 'delayMs'],
    ['a time that is none', { runAt: Number.NaN }, 'runAt'],
    ['an expiry before the start', { delayMs: 5000, expiresAt: 15_000 }, 'expiresAt'],
    ['an expiry in the past', { expiresAt: 10_000 }, 'expiresAt'],
    ['a queue that is no subject token', { queue: 'a.b' }, 'queue'],
    ['a priority of 11', { priority: 11 }, 'priority'],
    ['an empty key', { idempotencyKey: '' }, 'idempotencyKey'],
    ['an over-long key', { uniqueKey: 'k'.repeat(256) }, 'uniqueKey'],
    ['no attempts', { retry: { maxAttempts: 0 } }, 'retry.maxAttempts'],
    ['a factor below 1', { retry: { factor: 0.5 } }, 'retry.factor'],
    ['a soft limit above the hard one', { timeout: { softMs: 9, hardMs: 8 } }, 'timeout.softMs'],
    ['too many tags with the job’s', { tags: Array.from({ length: 20 }, (_, i) => `t${i}`) }, 'tags'],
    ['an empty tag', { tags: [''] }, 'tags.1'],
    ['a callback that is no URL', { callbackUrl: 'ftp://example.com' }, 'callbackUrl'],
    ['a callback with a password', { callbackUrl: 'https://a:b@example.com' }, 'callbackUrl'],
    ['over-large input', { input: 'x'.repeat(256 * 1024) }, 'input'],
  ])('is refused with %s, by the name of the field', (_, fields, path) => {
    const resolved = resolve(fields);
    expect(resolved.ok).toBe(false);
    if (!resolved.ok) expect(Object.keys(resolved.fields)).toEqual([path]);
  });

  it('names every wrong field at once', () => {
    const resolved = resolve({ queue: 'A', priority: 0, delayMs: -1 });
    expect(resolved.ok ? [] : Object.keys(resolved.fields).sort()).toEqual(['delayMs', 'priority', 'queue']);
  });
});
