import type { HoldersReply } from '@jobflow/contracts';
import { testClock } from '@jobflow/platform';
import type { Redis } from 'ioredis';
import { expect, it, vi } from 'vitest';
import { RedisPermits } from './redis-permits.js';

/** A worker's permits in a Redis that answers like this. */
async function permitsIn(over: {
  status?: string;
  evalsha?: () => Promise<unknown>;
  askHolders?: () => Promise<HoldersReply>;
}) {
  const { status = 'ready', evalsha = async () => ['empty'] } = over;
  const clock = testClock();
  const alarms: unknown[] = [];
  const connection = { status, evalsha, on: () => undefined, off: () => undefined, subscribe: async () => undefined };
  const redis = connection as unknown as Redis;
  const permits = new RedisPermits({
    ...{ workerId: 'w1', redis, news: redis, clock, patienceMs: 0 },
    askHolders: over.askHolders ?? (async () => ({ ok: true, runs: [], queues: [] })),
    onTrouble: (_, error) => void alarms.push(error),
  });
  const before = permits.trouble();
  await permits.start();
  await clock.advance(1_000);
  await vi.waitFor(() => expect(alarms).not.toEqual([]));
  return { before, trouble: permits.trouble() ?? '', alarms };
}
const fails = (message: string) => () => Promise.reject(new Error(message));

it('trouble with Redis is told in a line that says what to do, whatever Redis says', async () => {
  const unreached = await permitsIn({ status: 'connecting', evalsha: fails('not now') });
  expect(unreached.before).toBe('Redis has not been reached yet; if that lasts, check that it runs');
  expect(unreached.trouble).toMatch(/^Redis cannot be reached; check that it runs/);
  const full = await permitsIn({ evalsha: fails("OOM command not allowed when used memory > 'maxmemory'.") });
  expect(full.trouble).toBe(
    "Redis refuses: OOM command not allowed when used memory > 'maxmemory'; look at its memory and at its log",
  );
  const long = await permitsIn({ evalsha: fails(`ERR ${'x'.repeat(1_000)}\nscript: 1`) });
  expect(long.trouble).toBe(`Redis refuses: ERR ${'x'.repeat(196)}; look at its memory and at its log`);
  const slow = await permitsIn({ evalsha: fails('Command timed out') });
  expect(slow.trouble).toMatch(/^Redis does not answer in time; look at/);
});

it('permits that cannot be rebuilt are told of in fixed words that say what to do; what was thrown goes to the log', async () => {
  const thrown = new Error('[\n  { "code": "invalid_union" }\n]');
  const unanswered = await permitsIn({ askHolders: () => Promise.reject(thrown) });
  expect(unanswered.trouble).toBe(
    'Redis is empty, and its permits cannot be rebuilt: no projector answers; check that one runs, and that it reaches NATS',
  );
  expect(unanswered.alarms[0]).toMatchObject({ cause: thrown });
  for (const [reason, says] of [
    ['lagging', /: the projector lags behind; wait until/],
    ['unavailable', /: the projector cannot read its database; check that Postgres runs/],
    ['{\n}', /: the projector does not tell them; look at its log[^{}]*$/],
  ] as const) {
    const { trouble } = await permitsIn({ askHolders: async () => ({ ok: false, reason }) });
    expect(trouble).toMatch(/^Redis is empty, and its permits cannot be rebuilt/);
    expect(trouble).toMatch(says);
  }
});
