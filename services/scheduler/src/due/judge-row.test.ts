import { defaultRetryPolicy, defaultTimeoutPolicy, RunEvent } from '@jobflow/contracts';
import { describe, expect, it } from 'vitest';
import { DUE_AT as NOW, aDueRow as row } from '../testing/a-due-row.js';
import type { DueRow } from './due-rows.js';
import { judgeRow } from './judge-row.js';

const judge = (over: Partial<DueRow> = {}, verify = false) => judgeRow(row(over), NOW, verify);

describe('a run whose time has come', () => {
  it('is queued for the first time with all that it was given', () => {
    const judged = judge();
    expect(judged).toMatchObject({ kind: 'queue', event: { attempt: 1, delivery: 0 } });
    if (judged.kind !== 'queue') return;
    expect(RunEvent.parse(judged.event)).toEqual(judged.event);
    expect(judged.event.run).toEqual({
      id: row().id,
      job: 'mail.send',
      jobRevision: 2,
      kind: 'HTTP',
      spec: { url: 'https://example.com' },
      queue: 'mail',
      priority: 5,
      input: { to: 'ada' },
      retry: defaultRetryPolicy,
      timeout: defaultTimeoutPolicy,
      limits: {},
      guarantee: 'AT_LEAST_ONCE',
      logLevel: 'INFO',
      tags: ['a'],
      createdAt: NOW - 5000,
      createdBy: 'user:1',
      uniqueKey: 'u',
    });
    expect(judged.event).not.toHaveProperty('verify');
    expect(judge({}, true)).toMatchObject({ event: { verify: true } });
  });

  it('hands on what a run has cost, and since when nobody had a handler for it', () => {
    const since = new Date(NOW - 5_000);
    expect(judge({})).not.toMatchObject({ event: { losses: expect.anything() } });
    expect(judge({ losses: 2, wait_reason: 'NO_HANDLER', wait_since: since })).toMatchObject({
      event: { losses: 2, waitingSince: since.getTime() },
    });
  });

  it('says how often it was rescheduled, so that the fold can tell who did not know the last time', () => {
    expect(judge({})).not.toMatchObject({ event: { reschedules: expect.anything() } });
    expect(judge({ reschedules: 2 })).toMatchObject({ event: { reschedules: 2 } });
  });

  it('keeps an input of null apart from none', () => {
    const input = (over: Partial<DueRow>) => {
      const judged = judge(over);
      return judged.kind === 'queue' && 'input' in judged.event.run ? judged.event.run.input : 'none';
    };
    expect(input({ input: null, has_input: true })).toBeNull();
    expect(input({ input: null, has_input: false })).toBe('none');
  });

  it.each([
    ['RETRYING', 1, 0, { attempt: 2, delivery: 1 }],
    ['QUEUED', 1, 0, { attempt: 1, delivery: 1 }],
    ['SCHEDULED', 2, 3, { attempt: 2, delivery: 4 }],
  ] as const)('and is %s is queued as the next delivery', (status, attempt, delivery, next) => {
    const at = new Date(NOW - 1);
    const times = status === 'SCHEDULED' ? { due_at: at } : { next_attempt_at: at };
    expect(judge({ status, attempt, delivery, ...times })).toMatchObject({ kind: 'queue', event: next });
  });

  it('waits on if it was put off', () => {
    expect(judge({ due_at: new Date(NOW + 1) })).toEqual({ kind: 'later', at: NOW + 1 });
    expect(judge({ status: 'RETRYING', next_attempt_at: new Date(NOW + 1) })).toEqual({ kind: 'later', at: NOW + 1 });
  });

  it.each(['RUNNING', 'SUCCEEDED', 'FAILED', 'CANCELLED', 'EXPIRED'] as const)('is left alone when %s', (status) => {
    expect(judge({ status })).toEqual({ kind: 'settled' });
  });

  it('is left alone when its message is in the log', () => {
    expect(judge({ status: 'QUEUED', attempt: 1, delivery: 0 })).toEqual({ kind: 'settled' });
  });

  it('expires instead, if its expiry came first', () => {
    expect(judge({ expires_at: new Date(NOW) })).toEqual({ kind: 'expired' });
    expect(judge({ expires_at: new Date(NOW + 1) })).toMatchObject({ kind: 'queue' });
  });

  it('keeps its place if a limit had refused it, and its turn if one was booked', () => {
    const waited = { status: 'QUEUED', attempt: 1, delivery: 0, due_at: null, next_attempt_at: new Date(NOW) } as const;
    const limited = { ...waited, limited_since: new Date(NOW - 9_000), limit_key: 'job:mail.send' };
    expect(judge({ ...limited, wait_reason: 'CONCURRENCY_LIMIT' })).toMatchObject({
      event: { attempt: 1, delivery: 1, limited: { since: NOW - 9_000 } },
    });
    expect(judge({ ...limited, wait_reason: 'RATE_LIMIT' })).toMatchObject({
      event: { limited: { since: NOW - 9_000, booked: true } },
    });
    expect(judge(waited)).not.toMatchObject({ event: { limited: expect.anything() } });
  });
});
