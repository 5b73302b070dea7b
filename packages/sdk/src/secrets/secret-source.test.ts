import type { SecretReply, SecretRequest } from '@jobflow/contracts';
import { sealFor, testClock } from '@jobflow/platform';
import { describe, expect, it } from 'vitest';
import { createSecretSource } from './secret-source.js';

type Answer = (request: SecretRequest) => SecretReply | Promise<never>;

const sealed =
  (value: string): Answer =>
  ({ name, publicKey }) => ({ ok: true, ...sealFor(publicKey, value, name) });
const nobody: Answer = () => Promise.reject(new Error('no responders'));

function sourceAsking(first: Answer) {
  const clock = testClock();
  const asked: SecretRequest[] = [];
  const world = { answer: first };
  const source = createSecretSource({
    clock,
    ask: async (request) => {
      asked.push(request);
      return world.answer(request);
    },
  });
  return { source, clock, asked, world };
}

/** What a promise came to while time went on. */
async function overTime<T>(clock: ReturnType<typeof testClock>, promise: Promise<T>): Promise<T | Error> {
  let settled: T | Error | undefined;
  promise.then(
    (value) => (settled = value),
    (error: Error) => (settled = error),
  );
  for (let n = 0; n < 20 && settled === undefined; n++) await clock.advance(1_000);
  return settled as T | Error;
}

describe('secrets', () => {
  it('are asked for once, however many attempts want one at the same time, and with a new key each time', async () => {
    const { source, clock, asked } = sourceAsking(sealed('s3cret'));
    expect(await Promise.all([source.get('a'), source.get('a'), source.get('a')])).toEqual(Array(3).fill('s3cret'));
    expect(await source.get('a')).toBe('s3cret');
    expect(asked).toHaveLength(1);
    await clock.advance(30_000);
    await source.get('a');
    expect(new Set(asked.map(({ publicKey }) => publicKey)).size).toBe(2);
  });

  it('that changed are used within a minute', async () => {
    const { source, clock, world } = sourceAsking(sealed('old'));
    expect(await source.get('a')).toBe('old');
    world.answer = sealed('new');
    await clock.advance(59_999);
    expect(await source.get('a')).toBe('new');
  });

  it('serve on for a minute while no gateway answers, and no longer', async () => {
    const { source, clock, world } = sourceAsking(sealed('s3cret'));
    await source.get('a');
    world.answer = nobody;
    await clock.advance(40_000);
    expect(await overTime(clock, source.get('a'))).toBe('s3cret');
    await clock.advance(20_000);
    expect(await overTime(clock, source.get('a'))).toMatchObject({ code: 'SECRET_UNAVAILABLE' });
  });

  it('are found by a second try when a gateway was away for a moment', async () => {
    const { source, clock, asked, world } = sourceAsking(nobody);
    const asking = source.get('a');
    world.answer = sealed('s3cret');
    expect(await overTime(clock, asking)).toBe('s3cret');
    expect(asked.length).toBeGreaterThanOrEqual(2);
  });

  it('that do not exist end the run at once, by name; a secret that is added later is found', async () => {
    const { source, clock, asked, world } = sourceAsking(() => ({ ok: false, reason: 'missing' }));
    const refused = await overTime(clock, source.get('db'));
    expect(refused).toMatchObject({
      name: 'NoRetry',
      code: 'SECRET_MISSING',
      message: expect.stringContaining('"db"'),
    });
    expect(asked).toHaveLength(1);
    world.answer = sealed('s3cret');
    expect(await source.get('db')).toBe('s3cret');
  });

  it('that a gateway cannot open are waited for, and the error says where to look', async () => {
    const { source, clock } = sourceAsking(() => ({ ok: false, reason: 'unavailable' }));
    expect(await overTime(clock, source.get('db'))).toMatchObject({
      code: 'SECRET_UNAVAILABLE',
      message: expect.stringMatching(/"db" .* could not read it\. Its log and the health of the API say why/),
    });
    const away = sourceAsking(nobody);
    expect(await overTime(away.clock, away.source.get('db'))).toMatchObject({
      message: expect.stringContaining('no gateway answered'),
    });
  });

  it('are not taken from an answer that was sealed for another question', async () => {
    const { source, clock } = sourceAsking(({ publicKey }) => ({ ok: true, ...sealFor(publicKey, 'x', 'other') }));
    expect(await overTime(clock, source.get('a'))).toMatchObject({ code: 'SECRET_UNAVAILABLE' });
  });
});
