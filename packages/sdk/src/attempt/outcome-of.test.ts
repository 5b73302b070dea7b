import { limits } from '@jobflow/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NoRetry, RetryAt, Snooze } from '../define/attempt-control.js';
import { describeThrown } from './describe-thrown.js';
import { outcomeOfReturned, outcomeOfThrown } from './outcome-of.js';
import { storableText } from './storable-text.js';

const throwing = new Proxy(
  {},
  {
    get: () => {
      throw new Error('gotcha');
    },
    ownKeys: () => {
      throw new Error('gotcha');
    },
  },
);

describe('what a handler returned', () => {
  it('is kept as JSON, as it was at that moment', () => {
    const value = { at: new Date(0), list: [1, undefined] };
    const outcome = outcomeOfReturned(value);
    value.list.push(2);
    expect(outcome).toEqual({ kind: 'succeeded', result: { at: '1970-01-01T00:00:00.000Z', list: [1, null] } });
    expect(outcomeOfReturned(undefined)).toEqual({ kind: 'succeeded', result: undefined });
    expect(outcomeOfReturned(() => 1)).toEqual({ kind: 'succeeded', result: undefined });
    expect(outcomeOfReturned(Number.NaN)).toEqual({ kind: 'succeeded', result: null });
  });

  it('loses what Postgres cannot store, and keeps text that only looks like it', () => {
    expect(outcomeOfReturned({ a: 'x\0y', b: 'lone \ud800', c: 'the text \\u0000' })).toEqual({
      kind: 'succeeded',
      result: { a: 'x\ufffdy', b: 'lone \ufffd', c: 'the text \\u0000' },
    });
  });

  it('is refused, by name, when it is too large or no JSON', () => {
    const cyclic: Record<string, unknown> = {};
    cyclic.self = cyclic;
    const codeOf = (value: unknown) => {
      const outcome = outcomeOfReturned(value);
      return outcome.kind === 'failed' ? [outcome.error.code, outcome.error.retryable] : outcome.kind;
    };
    expect(codeOf('x'.repeat(limits.resultBytes - 2))).toBe('succeeded');
    expect(codeOf('x'.repeat(limits.resultBytes - 1))).toEqual(['RESULT_TOO_LARGE', false]);
    for (const value of [cyclic, 1n, throwing]) expect(codeOf(value)).toEqual(['RESULT_NOT_JSON', false]);
  });
});

describe('what a handler threw', () => {
  it('decides how the attempt ends', () => {
    expect(outcomeOfThrown(new RetryAt(99, 'later'), 1)).toMatchObject({
      kind: 'failed',
      retryAt: 99,
      error: { message: 'later' },
    });
    expect(outcomeOfThrown(new NoRetry('never', { code: 'X' }), 1)).toMatchObject({
      kind: 'failed',
      error: { code: 'X', retryable: false },
    });
    expect(outcomeOfThrown(new Snooze(500), 1_000)).toEqual({ kind: 'snoozed', until: 1_500 });
  });

  it.each([
    ['text', 'text'],
    [undefined, 'undefined'],
    [null, 'null'],
    [{ a: 1 }, '{"a":1}'],
    [throwing, 'cannot be described'],
  ])('is named when it is no Error: %#', (thrown, words) => {
    expect(describeThrown(thrown)).toMatchObject({ code: 'NON_ERROR_THROWN', message: expect.stringContaining(words) });
  });

  it('is described whatever it is', () => {
    fc.assert(fc.property(fc.anything(), (thrown) => typeof describeThrown(thrown).message === 'string'));
  });

  it('shows no password of a URL, and the frames of the handler only', () => {
    const error = new Error('connect postgres://app:s3cret@db/x failed', { cause: new Error('amqp://u:s3cret@q') });
    error.stack = `Error: ${error.message}\n    at work (/app/handler.js:1:2)\n    at runMicrotasks (node:internal/process:1:1)`;
    const described = describeThrown(error);
    expect(JSON.stringify(described)).not.toContain('s3cret');
    expect(described.stack).toContain('/app/handler.js');
    expect(described.stack).not.toContain('node:internal');
  });
});

it('stored text is well formed, without NUL and within its bytes', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), fc.integer({ min: 20, max: 300 }), (text, max) => {
      const stored = storableText(text, max);
      return stored.isWellFormed() && !stored.includes('\0') && Buffer.byteLength(stored) <= max;
    }),
  );
});
