import { encodePosition } from '@jobflow/contracts';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
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

describe('a position', () => {
  beforeAll(async () => {
    for (let n = 0; n < 60; n++) await house.link.js.publish('jf.run.0.active.q', '{}');
    for (let n = 0; n < 7; n++) await house.link.js.publish('jf.state.epoch.test', '{}');
  });

  const at = (runs: number, state = 0) => encodePosition({ runs, state });
  const ask = (position: string, query = '{ position }') =>
    gateway.ask(query, {}, root, { 'x-jobflow-position': position });

  it('goes with every mutation, in the answer and its header', async () => {
    const { extensions, response } = await gateway.ask('mutation { setPreferences(preferences: {}) { id } }', {}, root);
    expect(extensions?.position).toBeTruthy();
    expect(response.headers.get('x-jobflow-position')).toBe(extensions?.position);
    expect((await gateway.ask('mutation { revokeApiKey(id: "x") }', {}, root)).extensions?.position).toBeTruthy();
  });

  it('that is sent back holds a query until the projector has passed it', async () => {
    const began = Date.now();
    const asked = ask(at(50, 7));
    setTimeout(() => house.checkpoint({ runs: 49, state: 7 }), 200);
    setTimeout(() => house.checkpoint({ runs: 51, state: 7 }), 600);
    const answer = await asked;
    expect(Date.now() - began).toBeGreaterThanOrEqual(550);
    expect(answer.data?.position).toBe(at(51, 7));
  });

  it('does not hold a mutation', async () => {
    const began = Date.now();
    const answer = await ask(at(40_000_000), 'mutation { setPreferences(preferences: {}) { id } }');
    expect(answer.errors).toBeUndefined();
    expect(Date.now() - began).toBeLessThan(1_000);
    expect(answer.extensions?.position).toBe(at(40_000_000, 7));
  });

  it('that the projector does not reach in two seconds is TIMEOUT with its lag', async () => {
    const began = Date.now();
    const answer = await ask(at(55));
    expect(answer.code).toBe('TIMEOUT');
    expect(answer.error?.extensions).toMatchObject({ retryable: true, lagMs: expect.any(Number) });
    expect(Date.now() - began).toBeGreaterThan(1_900);
    expect(Date.now() - began).toBeLessThan(3_500);
  });

  it('that lies behind the end of the log is POSITION_EXPIRED: the log was replaced', async () => {
    expect((await ask(at(30_000_000))).code).toBe('POSITION_EXPIRED');
  });

  it.each(['nonsense', '1:2:3', 'MTo', 'x'.repeat(500)])('that is none is BAD_USER_INPUT: %.20s', async (position) => {
    const answer = await ask(position);
    expect([answer.status, answer.code]).toEqual([400, 'BAD_USER_INPUT']);
    expect(answer.error?.extensions.fields).toEqual({ 'x-jobflow-position': expect.any(String) });
  });

  it('goes with the parameters of a connection, too', async () => {
    const socket = await home.openSocket();
    await socket.init(root, { 'x-jobflow-position': at(59) });
    socket.subscribe('1', '{ position }');
    setTimeout(() => house.checkpoint({ runs: 60, state: 7 }), 300);
    expect((await socket.next('1'))?.data?.position).toBe(at(60, 7));
  });
});
