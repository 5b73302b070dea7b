import { defaultRetryPolicy, type LinesLogged } from '@jobflow/contracts';
import type { Outcome } from '@jobflow/domain';
import { testClock } from '@jobflow/platform';
import { describe, expect, it } from 'vitest';
import { NoRetry, Snooze } from '../define/attempt-control.js';
import type { PulledMessage } from '../intake/pulled-message.js';
import { Attempt } from './attempt.js';
import { AttemptContext } from './attempt-context.js';
import { LogBuffer } from './log-buffer.js';

const SECRET = 'hunter2-hunter2';

function makeAttempt() {
  const clock = testClock();
  const ends: (Outcome | undefined)[] = [];
  const logged: LinesLogged[] = [];
  const logs = new LogBuffer({ clock, record: async (_, events) => void logged.push(...events) });
  const host = {
    clock,
    logs,
    secrets: { get: async () => SECRET },
    onEnd: (_: Attempt, outcome: Outcome | undefined) => void ends.push(outcome),
    onProgress: () => undefined,
  };
  const run = {
    id: '0193581c-7b5e-7000-8000-000000000000',
    ...{ job: 'j', jobRevision: 1, kind: 'HANDLER' as const, queue: 'default', priority: 5, createdAt: 0 },
    ...{ retry: defaultRetryPolicy, timeout: {} },
  };
  const queued = { run, attempt: 1, delivery: 0, verify: false, queuedAt: 0 };
  const attempt = new Attempt(host, queued, {} as PulledMessage, 0);
  return { attempt, ctx: new AttemptContext(attempt, {}), ends, logs, logged };
}

describe('a secret that an attempt was given', () => {
  it('is in no line it logs, before or after its log was opened', async () => {
    const { ctx, logs, logged } = makeAttempt();
    ctx.logger.info('opened');
    const { secret, logger, line } = ctx;
    expect(await secret('db')).toBe(SECRET);
    logger.warn(`with ${SECRET}`, { password: SECRET });
    line('INFO', 'STDOUT', Buffer.from(`ada:${SECRET}`).toString('base64'));
    logs.stop();
    const told = JSON.stringify(logged);
    expect(told).toContain('with *** ');
    expect(told).not.toContain(SECRET);
    expect(told).not.toContain(Buffer.from(`ada:${SECRET}`).toString('base64').slice(8, 20));
  });

  it.each<[string, (attempt: Attempt) => void]>([
    ['result', (attempt) => attempt.returned({ list: [`x${SECRET}`], [SECRET]: encodeURIComponent(SECRET) })],
    ['error', (attempt) => attempt.threw(Object.assign(new Error(SECRET), { code: 'E_X' }))],
    ['final error', (attempt) => attempt.threw(new NoRetry(`no ${SECRET}`))],
    ['error that is too long', (attempt) => attempt.threw(new Error(`${'x'.repeat(4076)}${SECRET}`))],
    ['reason to snooze', (attempt) => attempt.threw(new Snooze(1, SECRET))],
    ['end by its limit', (attempt) => attempt.end({ kind: 'timed-out', error: { message: SECRET } })],
  ])('is not in its %s', async (_, end) => {
    const { attempt, ctx, ends } = makeAttempt();
    await ctx.secret('db');
    end(attempt);
    expect(JSON.stringify(ends)).toContain('***');
    expect(JSON.stringify(ends)).not.toContain(SECRET.slice(0, 6));
  });

  it('is not in its progress', async () => {
    const { attempt, ctx } = makeAttempt();
    await ctx.secret('db');
    ctx.progress(5, `at ${SECRET}`);
    expect(attempt.progress).toEqual({ percent: 5, message: 'at ***' });
  });
});
