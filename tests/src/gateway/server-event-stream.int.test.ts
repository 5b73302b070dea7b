import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../platform/backed.js';
import { HEALTH, LiveHouse } from './live-house.js';
import type { GatewayHouse, GatewayProcess } from './server-process.js';

let home: LiveHouse;
let house: GatewayHouse;
let gateway: GatewayProcess;
let root: string;
beforeAll(async () => {
  home = await LiveHouse.open();
  ({ house, gateway, root } = home);
});
afterEach(() => home.leave());
afterAll(() => home?.[Symbol.asyncDispose]());

describe('an event stream', () => {
  it('answers one operation: next, then complete', async () => {
    const { response, events } = await home.stream('{ me { email } }', root, () => false);
    expect(response.headers.get('content-type')).toContain('text/event-stream');
    expect(events).toEqual([
      ['next', { data: { me: { email: 'admin@example.com' } } }],
      ['complete', undefined],
    ]);
  });

  it('streams a subscription, the state now first', async () => {
    const { events } = await home.stream(HEALTH, root, (seen) => seen.length > 0);
    expect(events[0]?.[0]).toBe('next');
    expect(events[0]?.[1].data?.health.checks.length).toBeGreaterThan(3);
  });

  it.each([
    ['{ nothing }', 'GRAPHQL_VALIDATION_FAILED'],
    [`{ ${Array.from({ length: 16 }, (_, i) => `a${i}: position`).join(' ')} }`, 'GRAPHQL_VALIDATION_FAILED'],
    ['{ __schema { types { name } } }', 'GRAPHQL_VALIDATION_FAILED'],
  ])('refuses what HTTP refuses: %s', async (query, code) => {
    const { events } = await home.stream(query, root, () => false);
    expect(events.map(([event]) => event)).toEqual(['next', 'complete']);
    expect(events[0]?.[1].errors?.[0]?.extensions.code).toBe(code);
  });

  it('is for nobody who is not signed in', async () => {
    const { events } = await home.stream(HEALTH, undefined, () => false);
    expect(events[0]?.[1].errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
  });

  it('ends, saying why, when its user signs out', async () => {
    const user = await home.newUser('USER');
    let began = false;
    const ended = home.stream(HEALTH, user.token, (seen) => {
      began ||= seen.length > 0;
      return false;
    });
    await until(() => began, 'the stream has begun');
    await gateway.ask('mutation { logout }', {}, user.token);
    const { events } = await ended;
    expect(events.at(-1)?.[0]).toBe('complete');
    expect(events.at(-2)?.[1].errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
  });

  it('ends when the gateway stops', async () => {
    const leaving = await house.start();
    let began = false;
    const ended = home.stream(
      HEALTH,
      root,
      (seen) => {
        began ||= seen.length > 0;
        return false;
      },
      leaving,
    );
    await until(() => began, 'the stream has begun');
    expect(await leaving.stop()).toBe(0);
    expect((await ended).events.at(-1)?.[0]).toBe('complete');
  });
});
