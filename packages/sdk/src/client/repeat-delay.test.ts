import { expect, test } from 'vitest';
import { JobflowError, timedOut, unavailable } from './jobflow-error.js';
import { repeatDelay } from './repeat-delay.js';

const unreached = new JobflowError('UNAVAILABLE', 'nobody listens', { retryable: true, sent: false });
const longest = (error: JobflowError, failures: number) => repeatDelay(error, 'always', failures, 1 - Number.EPSILON);

test('the wait doubles up to five seconds, and up to two where nobody listens', () => {
  expect([1, 2, 3, 4, 5, 6, 100].map((failures) => longest(timedOut('late'), failures))).toEqual([
    200, 400, 800, 1_600, 3_200, 5_000, 5_000,
  ]);
  expect([1, 4, 5, 100].map((failures) => longest(unreached, failures))).toEqual([200, 1_600, 2_000, 2_000]);
  expect(repeatDelay(unreached, 'always', 9, 0)).toBe(0);
});

test('it is never shorter than the server asked for', () => {
  const limited = new JobflowError('RATE_LIMITED', 'slower', { retryable: true, retryAfterMs: 700 });
  expect(repeatDelay(limited, 'unless-unknown', 1, 0)).toBe(700);
});

test('what may have been carried out is repeated only where that is safe', () => {
  expect(repeatDelay(unavailable('lost'), 'unless-unknown', 1, 0)).toBeUndefined();
  expect(repeatDelay(unavailable('lost'), 'always', 1, 0)).toBe(0);
  expect(repeatDelay(unreached, 'unless-unknown', 1, 0)).toBe(0);
  expect(repeatDelay(new JobflowError('QUEUE_FULL', 'full', { retryable: true }), 'always', 1, 0)).toBeUndefined();
});
