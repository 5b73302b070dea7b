import { runInNewContext } from 'node:vm';
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

  const where = 'and only an Error says where it came from';
  const nothing = 'or rejected with it: only an Error says what went wrong and where';
  it.each([
    ['boom', `The handler threw a string, ${where}: boom`],
    ['', `The handler threw an empty string, ${where}`],
    [7, `The handler threw a number, ${where}: 7`],
    [1n, `The handler threw a bigint, ${where}: 1`],
    [Symbol('x'), `The handler threw a symbol, ${where}: Symbol(x)`],
    [function refuse() {}, `The handler threw a function, ${where}: refuse`],
    [undefined, `The handler threw undefined, ${nothing}`],
    [null, `The handler threw null, ${nothing}`],
    [{ message: 'none left', of: 1 }, `The handler threw an object, ${where}: {"message":"none left","of":1}`],
    [{ message: 'none left', of: 1n }, `The handler threw an object, ${where}: none left`],
    [['a'], `The handler threw an array, ${where}: ["a"]`],
    [new Response('x'), `The handler threw a Response, ${where}`],
    [throwing, 'The handler threw a value that cannot be described'],
  ])('is told in plain words when it is no Error: %#', (thrown, message) => {
    expect(describeThrown(thrown)).toEqual({ code: 'NON_ERROR_THROWN', message });
  });

  it('is cut at its own end, whatever is said around it', () => {
    const { message } = describeThrown('x'.repeat(10_000));
    expect(message).toMatch(/^The handler threw a string.*x… \(cut\)$/);
    expect(Buffer.byteLength(message)).toBeLessThanOrEqual(4 * 1024);
  });

  it('is an Error also when another realm made it', () => {
    const foreign = runInNewContext(
      `Object.assign(new RangeError('far', { cause: new Error('deep') }), { code: 'FAR' })`,
    );
    expect(foreign).not.toBeInstanceOf(Error);
    expect(describeThrown(foreign)).toMatchObject({
      message: 'far',
      code: 'FAR',
      stack: expect.stringContaining('deep'),
    });
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
