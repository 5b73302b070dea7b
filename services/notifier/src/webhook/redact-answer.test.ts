import { expect, it } from 'vitest';
import { redactAnswer } from './redact-answer.js';

it('an answer that repeats what it was sent in confidence is kept without it', () => {
  const answer = {
    status: 200,
    durationMs: 5,
    error: 'HTTP 400',
    responseHeaders: { 'x-echo': 'Bearer t0ken-of-mine' },
    responseBody:
      '{"authorization":"Bearer t0ken-of-mine","token":"t0ken-of-mine","key":"whsec_abcdefgh","cut":"t0ken-',
  };
  const sent = { secret: 'whsec_abcdefgh', headers: { authorization: 'Bearer t0ken-of-mine', 'x-a': '1' } };
  expect(redactAnswer(answer, sent)).toEqual({
    ...answer,
    responseHeaders: { 'x-echo': '***' },
    responseBody: '{"authorization":"***","token":"***","key":"***","cut":"***',
  });
});
