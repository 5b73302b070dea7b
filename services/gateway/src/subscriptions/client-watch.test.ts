import { testClock } from '@jobflow/platform';
import { afterEach, describe, expect, it } from 'vitest';
import type { AccessNews } from '../auth/access-news.js';
import type { Authentication } from '../auth/authenticator.js';
import type { Principal } from '../auth/principal.js';
import { createClientWatch } from './client-watch.js';

const silent = { debug() {}, info() {}, warn() {}, error() {} } as never;
const ann: Principal = { id: 'ann', kind: 'USER', ownerId: 'ann', role: 'USER', name: 'ann@example.com' };

let stop: (() => Promise<void>) | undefined;
afterEach(() => stop?.());

async function startWatch() {
  const clock = testClock();
  const answers = new Map<string, Authentication | Error>();
  const listeners = new Set<() => void>();
  const news = {
    onChanged(fn: () => void) {
      listeners.add(fn);
      return () => listeners.delete(fn);
    },
  } as unknown as AccessNews;
  const authenticate = async (authorization = '') => {
    const answer = answers.get(authorization) ?? {};
    if (answer instanceof Error) throw answer;
    return answer;
  };
  const watch = createClientWatch({ authenticate, forget() {}, flush: async () => {} }, news, clock, silent);
  await watch.start();
  stop = () => watch.stop();
  const ended: string[] = [];
  const join = (name: string, principal: Principal = ann) => {
    answers.set(name, { principal });
    return watch.watch({ authorization: name, principal, end: (reason) => ended.push(`${name}: ${reason}`) });
  };
  const tell = async () => {
    for (const listener of listeners) listener();
    await clock.advance(0);
  };
  return { watch, clock, answers, ended, join, tell };
}

describe('clients that stay', () => {
  it('are ended the moment their access expires', async () => {
    const { clock, ended, join } = await startWatch();
    join('a', { ...ann, expiresAt: clock.now() + 60_000 });
    await clock.advance(59_999);
    expect(ended).toEqual([]);
    await clock.advance(1);
    expect(ended).toEqual(['a: your access has expired']);
  });

  it('are ended at once by the news that their session ended or their role changed; others stay', async () => {
    const { answers, ended, join, tell } = await startWatch();
    join('out');
    join('role');
    join('jobs', { ...ann, kind: 'API_KEY', jobs: ['a'] });
    join('same');
    answers.set('out', { fault: 'ended' });
    answers.set('role', { principal: { ...ann, role: 'VIEWER' } });
    answers.set('jobs', { principal: { ...ann, kind: 'API_KEY', jobs: ['a', 'b'] } });
    await tell();
    expect(ended.map((line) => line.split(':')[0])).toEqual(['out', 'role', 'jobs']);
  });

  it('are ended within five seconds even if the news was lost', async () => {
    const { clock, answers, ended, join } = await startWatch();
    join('a');
    answers.set('a', {});
    await clock.advance(5_000);
    expect(ended).toHaveLength(1);
  });

  it('stay while the database is away', async () => {
    const { clock, answers, ended, join } = await startWatch();
    join('a');
    answers.set('a', new Error('away'));
    await clock.advance(20_000);
    expect(ended).toEqual([]);
    answers.set('a', {});
    await clock.advance(5_000);
    expect(ended).toHaveLength(1);
  });

  it('that left are not ended again, and hold no timer', async () => {
    const { watch, clock, ended, join } = await startWatch();
    const leave = join('a', { ...ann, expiresAt: clock.now() + 60_000 });
    const timers = clock.timers();
    leave();
    expect(clock.timers()).toBe(timers - 1);
    expect(watch.count()).toBe(0);
    await watch.stop();
    expect(ended).toEqual([]);
  });

  it('are told when the server goes away', async () => {
    const { watch, ended, join } = await startWatch();
    join('a');
    await watch.stop();
    expect(ended).toEqual(['a: the server is going away']);
  });
});
