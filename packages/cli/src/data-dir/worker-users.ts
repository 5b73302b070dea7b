import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type NatsWorkerUser, USERS_FILE, usersConfig } from '../backing/nats-config.js';
import { REDIS_USERS_FILE, redisUsers } from '../backing/redis-config.js';
import { PlainError } from '../plain-error.js';
import { readJsonFile } from './json-file.js';

/** Credentials of a worker elsewhere: what is kept of them. The password itself is kept nowhere. */
export interface WorkerCredentials {
  name: string;
  user: string;
  /** For NATS: bcrypt. */
  hash: string;
  /** For Redis, which knows no other: SHA-256, hexadecimal. Those made by an older Jobflow have none, and count no limits. */
  sha256?: string;
  /** Epoch ms. */
  createdAt: number;
}

/** NATS reads its users into memory; more than this is a mistake in a script. */
const MOST = 1_000;

const folderOf = (home: string): string => join(home, 'nats', 'workers');
const pathOf = (home: string, name: string): string => join(folderOf(home), `${name}.json`);

/** Those that were made and not revoked, by name. @param home a data directory */
export async function listWorkerCredentials(home: string): Promise<WorkerCredentials[]> {
  const names = await readdir(folderOf(home)).catch(() => []);
  const files = names.filter((name) => name.endsWith('.json')).sort();
  const read = await Promise.all(files.map((name) => readJsonFile<WorkerCredentials>(join(folderOf(home), name))));
  return read.filter((one) => one !== undefined);
}

/** A file for each, created if it is new: of two that use a name at once, one is refused. */
export async function addWorkerCredentials(home: string, credentials: WorkerCredentials): Promise<void> {
  const { name } = credentials;
  await mkdir(folderOf(home), { recursive: true, mode: 0o700 });
  if ((await readdir(folderOf(home))).length >= MOST) {
    throw new PlainError(`There are ${MOST} worker credentials already: revoke those that are not used any more.`);
  }
  const content = `${JSON.stringify(credentials, null, 2)}\n`;
  await writeFile(pathOf(home, name), content, { mode: 0o600, flag: 'wx' }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
    throw new PlainError(`There are credentials named ${name} already: revoke them first, or choose another --name.`);
  });
}

export async function removeWorkerCredentials(home: string, name: string): Promise<void> {
  await rm(pathOf(home, name)).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
    throw new PlainError(`There are no credentials named ${name}: see "jobflow worker-credentials list".`);
  });
}

/** Writes the users that the private NATS server is to know. */
export function writeNatsUsers(home: string, password: string): Promise<void> {
  return writeUsers(home, join(home, 'nats', USERS_FILE), async (workers) =>
    usersConfig(password, await withPermissions(workers)),
  );
}

/** Likewise the private Redis. */
export async function writeRedisUsers(home: string, password: string): Promise<void> {
  const own = await sha256(password);
  await writeUsers(home, join(home, 'redis', REDIS_USERS_FILE), async (workers) =>
    redisUsers(
      own,
      workers.flatMap((one) => (one.sha256 === undefined ? [] : [{ user: one.user, sha256: one.sha256 }])),
    ),
  );
}

/** As Redis keeps a password. Ours are chosen at random out of 2^192, so a quick digest gives nothing away. */
export async function sha256(password: string): Promise<string> {
  const { createHash } = await import('node:crypto');
  return createHash('sha256').update(password).digest('hex');
}

/**
 * Writes a server's users, whole or not at all. Commands may do so at the same time: whoever finds that something else is
 * there by now writes again, so the last one has all.
 */
async function writeUsers(
  home: string,
  path: string,
  content: (workers: readonly WorkerCredentials[]) => Promise<string>,
): Promise<void> {
  let workers = await listWorkerCredentials(home);
  for (;;) {
    const fresh = `${path}.${process.pid}`;
    await writeFile(fresh, await content(workers), { mode: 0o600, flush: true });
    await rename(fresh, path);
    const now = await listWorkerCredentials(home);
    if (JSON.stringify(now) === JSON.stringify(workers)) return;
    workers = now;
  }
}

/** What a worker may do is decided when the server starts, so that credentials of an older Jobflow grow with it. */
async function withPermissions(workers: readonly WorkerCredentials[]): Promise<NatsWorkerUser[]> {
  if (workers.length === 0) return [];
  // Loaded only where it is needed: with its schemas it would stay in the supervisor's memory.
  const { workerPermissions } = await import('@jobflow/contracts');
  return workers.map(({ user, hash }) => ({ user, hash, permissions: workerPermissions(user) }));
}
