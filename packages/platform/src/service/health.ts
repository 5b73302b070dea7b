import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Registry } from 'prom-client';
import type { Stoppable } from './service.js';

/** The state of one thing the process depends on: what is wrong, and what to do about it. */
export interface CheckResult {
  ok: boolean;
  message?: string;
  action?: string;
}
export type Check = () => CheckResult | Promise<CheckResult>;

/** Collects checks and serves /healthz (alive), /readyz (able to work) and /metrics. */
export interface Health extends Stoppable {
  addCheck(name: string, check: Check): void;
  /** Until called with true, /readyz says 503, whatever the checks say. */
  setReady(ready: boolean): void;
  /** Runs every check. */
  report(): Promise<{ ready: boolean; checks: Record<string, CheckResult> }>;
  /** Serves on this port; port 0 serves nowhere. */
  listen(host: string, port: number): Promise<void>;
  /** The port served, if any. */
  port(): number | undefined;
}

const CHECK_TIMEOUT_MS = 2_000;

export function createHealth(service: string, metrics: Registry): Health {
  const checks = new Map<string, Check>();
  let ready = false;
  let server: Server | undefined;

  async function report() {
    const results = await Promise.all([...checks].map(async ([name, check]) => [name, await run(check)] as const));
    return { ready: ready && results.every(([, result]) => result.ok), checks: Object.fromEntries(results) };
  }

  async function answer(path: string, response: ServerResponse): Promise<void> {
    if (path === '/healthz') return send(response, 200, { status: 'ok', service });
    if (path === '/readyz') {
      const state = await report();
      return send(response, state.ready ? 200 : 503, { service, ...state });
    }
    if (path !== '/metrics') return send(response, 404, { error: 'There is /healthz, /readyz and /metrics.' });
    response.writeHead(200, { 'content-type': metrics.contentType });
    response.end(await metrics.metrics());
  }

  return {
    addCheck: (name, check) => void checks.set(name, check),
    setReady(value) {
      ready = value;
    },
    report,
    port: () => (server?.address() as AddressInfo | null | undefined)?.port,
    async listen(host, port) {
      if (port === 0) return;
      const listening = createServer((request, response) => {
        answer(request.url?.split('?')[0] ?? '/', response).catch((error: unknown) => {
          if (!response.headersSent) send(response, 500, { error: error instanceof Error ? error.message : 'failed' });
          else response.destroy();
        });
      });
      await new Promise<void>((resolve, reject) => {
        listening.once('error', reject);
        listening.listen(port, host, resolve);
      });
      server = listening;
    },
    async stop() {
      const closing = server;
      server = undefined;
      if (!closing) return;
      closing.closeAllConnections();
      await new Promise<void>((resolve) => void closing.close(() => resolve()));
    },
  };
}

async function run(check: Check): Promise<CheckResult> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<CheckResult>((resolve) => {
    timer = setTimeout(resolve, CHECK_TIMEOUT_MS, { ok: false, message: `no answer within ${CHECK_TIMEOUT_MS} ms` });
  });
  try {
    return await Promise.race([Promise.resolve().then(check), late]);
  } catch (error) {
    return { ok: false, message: error instanceof Error ? error.message : 'failed' };
  } finally {
    clearTimeout(timer);
  }
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' });
  response.end(JSON.stringify(body));
}
