import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { type Logger, pino } from 'pino';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { connectionConfig } from '../config/config-parts.js';
import { ConfigError, readConfig } from '../config/read-config.js';
import { newToken } from '../ids/ids.js';
import { createHealth } from './health.js';
import { BootError, type ServiceContext, type Stoppable } from './service.js';

const STOP_DEADLINE_MS = 120_000;

/**
 * The life of a process: start, serve health, wait for SIGTERM, SIGINT, the parent's end or `context.end`, stop in
 * reverse order, exit 0 or as `end` says. A boot that a person can mend (ConfigError, BootError) prints one sentence and exits 1. For `main.ts` only.
 */
export async function runService(
  name: string,
  main: (context: ServiceContext) => Promise<Stoppable | Stoppable[]>,
): Promise<void> {
  let logger: Logger | undefined;
  let health: ReturnType<typeof createHealth> | undefined;
  try {
    const { JOBFLOW_LOG_LEVEL, JOBFLOW_HEALTH_HOST, JOBFLOW_HEALTH_PORT } = connectionConfig;
    const config = readConfig(name, { JOBFLOW_LOG_LEVEL, JOBFLOW_HEALTH_HOST, JOBFLOW_HEALTH_PORT });
    const instanceId = `${name}-${hostname()}-${process.pid}-${newToken(4)}`.toLowerCase();
    logger = pino({ level: config.JOBFLOW_LOG_LEVEL, base: { service: name, instance: instanceId } });
    const log = logger;
    process.on('uncaughtException', (error) => die(log, error));
    process.on('unhandledRejection', (error) => die(log, error));
    const metrics = new Registry();
    collectDefaultMetrics({ register: metrics });
    health = createHealth(name, metrics);
    await listen(health, config.JOBFLOW_HEALTH_HOST, config.JOBFLOW_HEALTH_PORT);
    const { asked, end } = stopAsked();
    // A service may hold nothing that keeps a process alive, and is one nevertheless.
    setInterval(() => undefined, 2 ** 30);
    const context = { name, env: process.env, logger, health, metrics, instanceId, version: ownVersion(), end };
    // A signal during the boot ends the process once the boot is through: what was started is stopped properly.
    const started = await main(context);
    health.setReady(true);
    logger.info({ version: context.version }, `${name} started`);
    const { why, exitCode } = await asked;
    logger.info({ why }, `${name} stops`);
    health.setReady(false);
    await stopAll(log, [health, ...[started].flat()]);
    logger.info(`${name} stopped`);
    process.exit(exitCode);
  } catch (error) {
    if (error instanceof ConfigError || error instanceof BootError) process.stderr.write(`${error.message}\n`);
    else if (logger) logger.fatal({ err: error }, `${name} could not start`);
    else process.stderr.write(`${name} could not start: ${String(error)}\n`);
    process.exit(1);
  }
}

async function listen(health: ReturnType<typeof createHealth>, host: string, port: number): Promise<void> {
  try {
    await health.listen(host, port);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? String(error);
    throw new BootError(
      `The health server cannot listen on ${host}:${port} (${code}): set JOBFLOW_HEALTH_PORT to a free port, or 0 for none.`,
    );
  }
}

/** Resolves with the first reason to stop; a second signal ends the process at once. */
function stopAsked() {
  const { promise, resolve } = Promise.withResolvers<{ why: string; exitCode: number }>();
  let signalled = false;
  const ask = (why: string) => {
    if (signalled && why !== 'parent gone') process.exit(1);
    signalled = true;
    resolve({ why, exitCode: 0 });
  };
  process.on('SIGTERM', () => ask('SIGTERM'));
  process.on('SIGINT', () => ask('SIGINT'));
  if (process.connected) process.on('disconnect', () => ask('parent gone'));
  return { asked: promise, end: (why: string, exitCode: number) => resolve({ why, exitCode }) };
}

async function stopAll(logger: Logger, parts: Stoppable[]): Promise<void> {
  const hung = setTimeout(() => {
    logger.fatal(`did not stop within ${STOP_DEADLINE_MS} ms`);
    process.exit(1);
  }, STOP_DEADLINE_MS);
  for (const part of parts.reverse()) {
    try {
      await part.stop();
    } catch (error) {
      logger.error({ err: error }, 'a part did not stop cleanly');
    }
  }
  clearTimeout(hung);
}

/** What nobody caught: state is unknown, so the process ends and its supervisor starts a new one. */
function die(logger: Logger, error: unknown): never {
  logger.fatal({ err: error }, 'a failure that nobody handled');
  process.exit(1);
}

function ownVersion(): string {
  const manifest = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}
