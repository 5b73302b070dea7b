import { describe, expect, it } from 'vitest';
import { parseCommit } from './commit.js';
import { defaultRetryPolicy, defaultTimeoutPolicy, type RetryPolicy, type TimeoutPolicy } from './policy.js';
import type { RunDefinition } from './run-events.js';
import { keptPolicies, policiesOf, withoutUsualPolicies } from './usual-policies.js';

const run: RunDefinition = {
  id: '01936c2e-7a10-7c7b-9a51-0d6c2f0f9a02',
  job: 'mail.send',
  jobRevision: 1,
  kind: 'HANDLER',
  queue: 'default',
  priority: 5,
  retry: { ...defaultRetryPolicy },
  timeout: { ...defaultTimeoutPolicy },
  createdAt: 1_795_000_000_000,
};
const queued = (over: Partial<RunDefinition> = {}) => ({
  type: 'RunQueued' as const,
  attempt: 1,
  delivery: 0,
  run: { ...run, ...over },
});
const stored = (event: object) => JSON.stringify(withoutUsualPolicies(event));
const read = (event: string) =>
  parseCommit('run', `{"v":1,"id":"c","at":1795000000000,"by":{"actor":"a"},"events":[${event}]}`);

describe('the usual policies of a stored run', () => {
  it('are left out, and there again when it is read', () => {
    const text = stored(queued());
    expect(text).not.toContain('retry');
    expect(text).not.toContain('timeout');
    expect(read(text)).toMatchObject({ ok: true, commit: { events: [queued()] } });
  });

  it.each<[string, RetryPolicy, TimeoutPolicy]>([
    ['another retry', { ...defaultRetryPolicy, factor: 3 }, defaultTimeoutPolicy],
    ['another limit', defaultRetryPolicy, { hardMs: 1 }],
    ['one more limit', defaultRetryPolicy, { ...defaultTimeoutPolicy, softMs: 1 }],
    ['no limit', defaultRetryPolicy, {}],
  ])('stay where the run has %s', (_what, retry, timeout) => {
    const event = queued({ retry, timeout });
    expect(read(stored(event))).toMatchObject({ ok: true, commit: { events: [event] } });
  });

  it('are what a run without its own ever meant: these bytes are in logs', () => {
    const event = `{"type":"RunQueued","attempt":1,"delivery":0,"run":{"id":"${run.id}","job":"noop","jobRevision":1,"kind":"HANDLER","queue":"default","priority":5,"createdAt":1795000000000}}`;
    const retry = {
      maxAttempts: 3,
      backoff: 'EXPONENTIAL',
      initialDelayMs: 1_000,
      maxDelayMs: 3_600_000,
      factor: 2,
      jitter: 'FULL',
    };
    expect(read(event)).toMatchObject({ commit: { events: [{ run: { retry, timeout: { hardMs: 3_600_000 } } }] } });
  });

  it.each([
    stored(queued()).replace('"queue"', '"retry":null,"queue"'),
    'null',
    '1',
    '{"run":null}',
    '{"run":1}',
    '{"type":"RunQueued","run":{"retry":1}}',
  ])('make nothing right that is wrong: %s', (event) => {
    expect(read(event)).toMatchObject({ ok: false });
  });

  it('are of no concern to events without a run', () => {
    const event = { type: 'RunExpired', runId: run.id, at: 1 };
    expect(withoutUsualPolicies(event)).toBe(event);
  });
});

describe('what a row keeps of the policies', () => {
  it.each<[string, Partial<RunDefinition>, object | undefined]>([
    ['nothing of the usual ones', {}, undefined],
    [
      'another retry whole',
      { retry: { ...defaultRetryPolicy, factor: 3 } },
      { retry: { ...defaultRetryPolicy, factor: 3 } },
    ],
    ['a timeout without limits', { timeout: {} }, { timeout: {} }],
    [
      'what has no usual value',
      { limits: { concurrency: 2 }, guarantee: 'AT_MOST_ONCE', logLevel: 'WARN' },
      { limits: { concurrency: 2 }, guarantee: 'AT_MOST_ONCE', logLevel: 'WARN' },
    ],
  ])('is %s', (_, over, kept) => {
    const { retry, timeout, limits = {}, guarantee = 'AT_LEAST_ONCE', logLevel = 'INFO' } = { ...run, ...over };
    const policies = { retry, timeout, limits, guarantee, logLevel };
    expect(keptPolicies(policies)).toEqual(kept);
    expect(policiesOf(keptPolicies(policies) ?? null)).toEqual(policies);
  });
});
