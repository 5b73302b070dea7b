import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { PlainError } from '../plain-error.js';
import { asUserWhoMayRead } from '../process/as-user-who-may-read.js';
import type { Launch } from '../process/end-with-parent.js';
import { runCommand } from '../process/run-command.js';

export interface SystemUser {
  uid: number;
  gid: number;
}

/**
 * Postgres refuses to run as root. Root's Postgres runs as the system user `postgres`, which is created if this
 * machine has none; anyone else's runs as themselves (undefined).
 */
export async function postgresUser(): Promise<SystemUser | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const known = await lookUp('postgres');
  if (known) return known;
  await runCommand('useradd', [
    '--system',
    '--user-group',
    '--no-create-home',
    '--shell',
    '/usr/sbin/nologin',
    'postgres',
  ]);
  const user = (await lookUp('postgres')) ?? (await lookUp('nobody'));
  if (user) return user;
  throw new PlainError(
    'Postgres does not run as root and no other user could be found or created: start Jobflow as an ordinary user.',
  );
}

async function lookUp(name: string): Promise<SystemUser | undefined> {
  const [uid, gid] = await Promise.all(['-u', '-g'].map((option) => runCommand('id', [option, name])));
  if (uid?.code !== 0 || gid?.code !== 0) return undefined;
  return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
}

/** The launch as that user: as it is, or, where folders above `paths` are closed to the user, with leave to read. */
export async function launchAs(
  user: SystemUser | undefined,
  launch: Launch,
  paths: readonly string[],
): Promise<Launch> {
  if (!user) return launch;
  const open = await Promise.all(paths.map((path) => canReach(user, path)));
  if (open.every(Boolean)) return { ...launch, ...user };
  const capable = asUserWhoMayRead(launch, user.uid, user.gid);
  if (capable) return capable;
  throw new PlainError(
    `Postgres does not run as root, and its own user cannot enter ${paths.join(' or ')}: start Jobflow as an ordinary user, or from a folder that others may enter.`,
  );
}

/** Whether the folders above a path let this user through, by their mode bits. */
async function canReach(user: SystemUser, path: string): Promise<boolean> {
  for (let dir = dirname(path); ; dir = dirname(dir)) {
    const { uid, gid, mode } = await stat(dir);
    const shift = uid === user.uid ? 6 : gid === user.gid ? 3 : 0;
    if (((mode >> shift) & 1) === 0) return false;
    if (dir === dirname(dir)) return true;
  }
}
