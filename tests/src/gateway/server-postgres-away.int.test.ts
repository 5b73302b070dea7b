import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../platform/backed.js';
import { LiveHouse } from './live-house.js';
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

describe('while Postgres is away', () => {
  it('the gateway says UNAVAILABLE without a word about the database’s address, and recovers by itself', async () => {
    const { port } = new URL(house.backing.databaseUrl);
    await house.backing.postgres.stop();
    const answer = await gateway.ask('{ users { id } }', {}, root);
    expect(answer.code).toBe('UNAVAILABLE');
    expect(answer.error?.extensions.retryable).toBe(true);
    expect(JSON.stringify(answer.errors)).not.toContain(port);
    expect((await fetch(`${gateway.url}/healthz`)).status).toBe(200);
    expect((await fetch(`${gateway.url}/readyz`)).status).toBe(503);
    await house.backing.postgres.start();
    await until(
      async () => (await gateway.ask('{ users { id } }', {}, root)).data?.users,
      'the gateway is well again',
      30_000,
    );
  });
});
