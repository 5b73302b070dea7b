import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type NatsWorkerUser, USERS_FILE, usersConfig } from '../backing/nats-config.js';
import { PlainError } from '../plain-error.js';
import { readJsonFile } from './json-file.js';

/** Credentials of a worker elsewhere: what is kept of them. The password itself is kept nowhere. */
export interface WorkerCredentials {
  name: string;
  user: string;
  /** bcrypt. */
  hash: string;
  /** Epoch ms. */
  createdAt: number;
}

/** NATS reads its users into memory; more than this is a mistake in a script. */
const MOST = 1_000;

const folderOf = (natsDir: string): string => join(natsDir, 'workers');
const pathOf = (natsDir: string, name: string): string => join(folderOf(natsDir), `${name}.json`);

/** Those that were made and not revoked, by name. @param natsDir the `nats` folder of a data directory */
export async function listWorkerCredentials(natsDir: string): Promise<WorkerCredentials[]> {
  const names = await readdir(folderOf(natsDir)).catch(() => []);
  const files = names.filter((name) => name.endsWith('.json')).sort();
  const read = await Promise.all(files.map((name) => readJsonFile<WorkerCredentials>(join(folderOf(natsDir), name))));
  return read.filter((one) => one !== undefined);
}

/** A file for each, created if it is new: of two that use a name at once, one is refused. */
export async function addWorkerCredentials(natsDir: string, credentials: WorkerCredentials): Promise<void> {
  const { name } = credentials;
  await mkdir(folderOf(natsDir), { recursive: true, mode: 0o700 });
  if ((await readdir(folderOf(natsDir))).length >= MOST) {
    throw new PlainError(`There are ${MOST} worker credentials already: revoke those that are not used any more.`);
  }
  const content = `${JSON.stringify(credentials, null, 2)}\n`;
  await writeFile(pathOf(natsDir, name), content, { mode: 0o600, flag: 'wx' }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
    throw new PlainError(`There are credentials named ${name} already: revoke them first, or choose another --name.`);
  });
}

export async function removeWorkerCredentials(natsDir: string, name: string): Promise<void> {
  await rm(pathOf(natsDir, name)).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
    throw new PlainError(`There are no credentials named ${name}: see "jobflow worker-credentials list".`);
  });
}

/**
 * Writes the users that the server is to know, whole or not at all. Commands may do so at the same time: whoever finds
 * that something else is there by now writes again, so the last one has all.
 */
export async function writeNatsUsers(natsDir: string, password: string): Promise<void> {
  let workers = await listWorkerCredentials(natsDir);
  for (;;) {
    const fresh = join(natsDir, `${USERS_FILE}.${process.pid}`);
    await writeFile(fresh, usersConfig(password, await withPermissions(workers)), { mode: 0o600, flush: true });
    await rename(fresh, join(natsDir, USERS_FILE));
    const now = await listWorkerCredentials(natsDir);
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
