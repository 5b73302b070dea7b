import { Registry } from 'prom-client';
import { afterEach, expect, it } from 'vitest';
import { createHealth, type Health } from './health.js';

let health: Health;
afterEach(() => health?.stop());

async function serve(): Promise<(path: string) => Promise<{ status: number; text: string }>> {
  health = createHealth('gateway', new Registry());
  const free = await new Promise<number>((resolve) => {
    import('node:net').then(({ createServer }) => {
      const server = createServer().listen(0, '127.0.0.1', () => {
        const { port } = server.address() as { port: number };
        server.close(() => resolve(port));
      });
    });
  });
  await health.listen('127.0.0.1', free);
  return async (path) => {
    const response = await fetch(`http://127.0.0.1:${health.port()}${path}`);
    return { status: response.status, text: await response.text() };
  };
}

it('is alive at once, and ready when told so and every check holds', async () => {
  const get = await serve();
  expect((await get('/healthz')).status).toBe(200);
  expect((await get('/readyz')).status).toBe(503);
  health.setReady(true);
  expect((await get('/readyz')).status).toBe(200);
  let ok = false;
  health.addCheck('log', () => ({ ok, message: 'NATS is away', action: 'start it' }));
  const down = await get('/readyz');
  expect(down.status).toBe(503);
  expect(JSON.parse(down.text).checks.log).toEqual({ ok: false, message: 'NATS is away', action: 'start it' });
  ok = true;
  expect((await get('/readyz')).status).toBe(200);
  expect((await get('/metrics')).status).toBe(200);
  expect((await get('/other')).status).toBe(404);
});

it('takes a check that throws, or never answers, for one that fails', async () => {
  health = createHealth('x', new Registry());
  health.setReady(true);
  health.addCheck('throws', () => {
    throw new Error('broken');
  });
  health.addCheck('hangs', () => new Promise(() => undefined));
  expect(await health.report()).toMatchObject({
    ready: false,
    checks: { throws: { ok: false, message: 'broken' }, hangs: { ok: false } },
  });
});
