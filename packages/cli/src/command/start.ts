import { join } from 'node:path';
import type { Log } from '../log.js';
import { REPOSITORY } from '../platform/repository.js';
import { type Platform, startPlatform } from '../platform/start-platform.js';
import type { Command, CommandContext } from './command.js';
import { readStartOptions } from './start-options.js';

const help = `\
Usage: jobflow start [options]

Runs the whole platform on this machine: finds or fetches NATS, Postgres and Redis, prepares the database,
starts the services and the dashboard, and keeps them running until Ctrl-C.

Options                     environment            default
  --port PORT               PORT                   4000
  --host ADDRESS            HOST                   127.0.0.1
  --data-dir DIR            JOBFLOW_DATA_DIR       .jobflow beside the code
  --handlers DIR            JOBFLOW_HANDLERS       examples/handlers
  --executors N             JOBFLOW_EXECUTORS      1
  --schedulers N            JOBFLOW_SCHEDULERS     1
  --nats-listen HOST:PORT   JOBFLOW_NATS_LISTEN    only this machine reaches NATS; for workers elsewhere: 0.0.0.0:4222
  --redis-listen HOST:PORT  JOBFLOW_REDIS_LISTEN   likewise; there limits are counted: 0.0.0.0:6379
  -h, --help

Servers of your own, instead of private ones: NATS_URL (2.12 or newer, with JetStream),
DATABASE_URL (Postgres 15 or newer), REDIS_URL (Redis 7 or newer, or Valkey).
First administrator: JOBFLOW_ADMIN_EMAIL (admin@jobflow.local), JOBFLOW_ADMIN_PASSWORD (a random one, printed once).
Also: JOBFLOW_PUBLIC_URL, JOBFLOW_RATE_LIMIT (off), JOBFLOW_LOG_LEVEL (info), JOBFLOW_CACHE_DIR (~/.cache/jobflow,
where fetched servers are kept). The services' logs are in the data directory, under logs/.
`;

/** npm and the terminal both pass one Ctrl-C on: what comes within this time is the same one. */
const SAME_REQUEST_MS = 700;
/** A stop that takes longer says what it waits for. */
const TELL_EVERY_MS = 2_000;

export const start: Command = {
  summary: 'run the whole platform on this machine',
  help,
  async run(context) {
    const folders = { cwd: context.cwd, defaultDataDir: join(REPOSITORY, '.jobflow') };
    const options = readStartOptions(context.args, context.env, folders);
    if (!options) {
      context.print(help.trimEnd());
      return 0;
    }
    const startedAt = performance.now();
    const log: Log = { info: context.print, warn: context.complain };
    const abort = new AbortController();
    const requests = stopRequests(context, abort);
    const platform = await startPlatform({ ...options, baseEnv: context.env, log, signal: abort.signal }).catch(
      (error: unknown) => {
        if (abort.signal.aborted) return undefined; // stopped before it was up, and cleaned up
        throw error;
      },
    );
    if (!platform) return 0;
    for (const line of welcome(platform, performance.now() - startedAt, context.env)) context.print(line);
    await requests.first;
    context.print('Stopping …');
    const telling = setInterval(() => {
      void platform.waitingFor().then((names) => {
        if (names.length > 0) context.print(`Waiting for ${names.join(', ')}. Ctrl-C again ends it at once.`);
      });
    }, TELL_EVERY_MS);
    await Promise.race([platform.stop(), requests.second.then(() => platform.forceStop())]);
    clearInterval(telling);
    context.print('Stopped.');
    return 0;
  },
};

/** The first request stops in order; a second one, later than the echo of the first, kills. */
function stopRequests(
  context: CommandContext,
  abort: AbortController,
): { first: Promise<void>; second: Promise<void> } {
  const first = Promise.withResolvers<void>();
  const second = Promise.withResolvers<void>();
  let firstAt: number | undefined;
  context.onStopRequest(() => {
    if (firstAt === undefined) {
      firstAt = performance.now();
      abort.abort();
      first.resolve();
    } else if (performance.now() - firstAt > SAME_REQUEST_MS) second.resolve();
  });
  return { first: first.promise, second: second.promise };
}

/** What a person needs to know once all is up. */
export function welcome(
  platform: Pick<Platform, 'url' | 'adminEmail' | 'adminPassword'>,
  tookMs: number,
  env: NodeJS.ProcessEnv,
): string[] {
  const { url, adminEmail, adminPassword } = platform;
  const signIn = env.JOBFLOW_ADMIN_PASSWORD
    ? 'the password in JOBFLOW_ADMIN_PASSWORD'
    : (adminPassword ?? 'the one printed at the first start');
  const note = !env.JOBFLOW_ADMIN_PASSWORD && adminPassword ? ['', '  Keep the password: it is not shown again.'] : [];
  return [
    '',
    `  Jobflow is ready after ${(tookMs / 1000).toFixed(1)} s`,
    '',
    `  Open      ${url}`,
    `  Email     ${adminEmail}`,
    `  Password  ${signIn}`,
    ...note,
    '',
    '  Ctrl-C stops it.',
    '',
  ];
}
