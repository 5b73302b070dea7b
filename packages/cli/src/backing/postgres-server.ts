import { chown, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PlainError } from '../plain-error.js';
import { endWithParent, type Launch } from '../process/end-with-parent.js';
import { lastLine, runCommand } from '../process/run-command.js';
import { askPostgres } from './ask-postgres.js';
import { type PostgresBinaries, postgresBinaries } from './postgres-binaries.js';
import { launchAs, postgresUser, type SystemUser } from './postgres-user.js';
import { minimalEnv, type Server } from './server.js';

const USER = 'jobflow';
const DATABASE = 'jobflow';

export interface PostgresOptions {
  dir: string;
  port: number;
  password: string;
}

/** A private Postgres server with one database, created at the first start. */
export async function postgresServer({ dir, port, password }: PostgresOptions): Promise<Server> {
  const binaries = await postgresBinaries();
  const user = await postgresUser();
  const data = join(dir, 'data');
  await mkdir(dir, { recursive: true });
  if (user) await chown(dir, user.uid, user.gid);
  // The signal comes innermost: the kernel forgets it when a process changes its user.
  const asUser = (file: string, args: readonly string[]): Promise<Launch> =>
    launchAs(user, endWithParent({ file, args, env: minimalEnv(), cwd: '/' }, 'SIGINT'), [file, data]);
  if (!(await isCluster(data, binaries))) await createCluster({ dir, data, password, binaries, user, asUser });
  const url = `postgres://${USER}:${password}@127.0.0.1:${port}/${DATABASE}`;
  return {
    url,
    spec: {
      name: 'postgres',
      async launch() {
        await removeForeignPidFile(data);
        const settings = Object.entries(postgresSettings(port)).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
        return asUser(binaries.postgres, ['-D', data, ...settings]);
      },
      async probe() {
        if ((await askPostgres(url, 1_000)) === 'starting') throw new Error('still starting');
      },
      stopSignal: 'SIGINT', // fast shutdown: it does not wait for its clients
      stopTimeoutMs: 20_000,
      startTimeoutMs: 120_000, // it may have to recover
    },
  };
}

/**
 * For one machine that does more than this. No Unix socket: its path could be too long, and everyone has the URL.
 * Commits wait for the disk (`synchronous_commit` is left on); the projector alone asks for less.
 */
const postgresSettings = (port: number): Record<string, string> => ({
  listen_addresses: '127.0.0.1',
  port: String(port),
  unix_socket_directories: '',
  max_connections: '100',
  shared_buffers: '128MB',
  effective_cache_size: '512MB',
  work_mem: '8MB',
  maintenance_work_mem: '64MB',
  random_page_cost: '1.1',
  jit: 'off',
  max_wal_size: '2GB',
  min_wal_size: '80MB',
  checkpoint_timeout: '15min',
  wal_compression: 'on',
  log_line_prefix: '%m [%p] ',
  log_checkpoints: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
});

async function isCluster(data: string, binaries: PostgresBinaries): Promise<boolean> {
  const made = await readFile(join(data, 'PG_VERSION'), 'utf8').catch(() => undefined);
  if (made === undefined) return false;
  const { stdout } = await runCommand(binaries.postgres, ['--version']);
  const major = /(\d+)\./.exec(stdout)?.[1];
  if (major !== undefined && made.trim() !== major) {
    throw new PlainError(
      `The database in ${data} was made by Postgres ${made.trim()}, and this is Postgres ${major}: use the Jobflow that made it to export it, or set DATABASE_URL.`,
    );
  }
  return true;
}

interface NewCluster {
  dir: string;
  data: string;
  password: string;
  binaries: PostgresBinaries;
  user: SystemUser | undefined;
  asUser(file: string, args: readonly string[]): Promise<Launch>;
}

/** Makes the cluster under another name and renames it: a start that is cut off leaves nothing half-made in its place. */
async function createCluster({ dir, data, password, binaries, user, asUser }: NewCluster): Promise<void> {
  const fresh = join(dir, 'new');
  const passwordFile = join(dir, 'password');
  await rm(fresh, { recursive: true, force: true });
  await rm(data, { recursive: true, force: true });
  await mkdir(fresh, { mode: 0o700 });
  await writeFile(passwordFile, password, { mode: 0o600 });
  if (user) for (const path of [fresh, passwordFile]) await chown(path, user.uid, user.gid);
  try {
    const options = ['--auth=scram-sha-256', '--encoding=UTF8', '--locale=C', '--no-instructions'];
    const locale = ['--locale-provider=builtin', '--builtin-locale=C.UTF-8'];
    const account = [`--username=${USER}`, `--pwfile=${passwordFile}`];
    await runOnce(await asUser(binaries.initdb, ['-D', fresh, ...options, ...locale, ...account]));
    const create = `CREATE DATABASE ${DATABASE};\n`;
    await runOnce(await asUser(binaries.postgres, ['--single', '-D', fresh, 'postgres']), create);
    await rename(fresh, data);
  } finally {
    await rm(passwordFile, { force: true });
  }
}

async function runOnce({ file, args, ...options }: Launch, input?: string): Promise<void> {
  const result = await runCommand(file, args, { ...options, timeoutMs: 120_000, ...(input && { input }) });
  const complaint = /^.*(?:ERROR|FATAL|error):.*$/m.exec(result.stderr)?.[0] ?? lastLine(result.stderr);
  if (result.code !== 0) throw new PlainError(`Postgres could not create its database: ${complaint}.`);
}

/**
 * Postgres removes the pid file of a server that crashed by itself, unless its pid was given to another process since:
 * then it would refuse to start.
 */
async function removeForeignPidFile(data: string): Promise<void> {
  const path = join(data, 'postmaster.pid');
  const pid = Number.parseInt(await readFile(path, 'utf8').catch(() => ''), 10);
  if (Number.isNaN(pid)) return;
  const { stdout } = await runCommand('ps', ['-o', 'args=', '-p', String(pid)]);
  if (stdout.trim() !== '' && !stdout.includes('postgres')) await rm(path, { force: true });
}
