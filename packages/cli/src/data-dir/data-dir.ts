import { chmod, mkdir, open, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { PlainError } from '../plain-error.js';
import { PidFiles } from '../process/pid-files.js';
import { RotatingLog } from '../process/rotating-log.js';
import { lockDataDir } from './lock.js';
import { PortBook } from './port-book.js';
import { loadSecrets, type Secrets } from './secrets.js';

/** The folder that holds everything one installation must not lose, locked for this process. */
export interface DataDir {
  path: string;
  secrets: Secrets;
  ports: PortBook;
  pids: PidFiles;
  /** Names of processes of a crashed start that were still running, and were ended. */
  leftovers: string[];
  openLog(name: string): RotatingLog;
  unlock(): Promise<void>;
}

/** Creates or opens a data directory. A second process is refused; what a crashed one left running is ended. */
export async function openDataDir(dir: string): Promise<DataDir> {
  const path = resolve(dir);
  await makeWritable(path);
  const unlock = await lockDataDir(path);
  try {
    const logs = join(path, 'logs');
    await mkdir(logs, { recursive: true });
    const pids = new PidFiles(join(path, 'run'));
    const leftovers = await pids.stopLeftovers();
    const secrets = await loadSecrets(path);
    const ports = await PortBook.open(path);
    const openLog = (name: string) => new RotatingLog(join(logs, `${name}.log`));
    return { path, secrets, ports, pids, leftovers, openLog, unlock };
  } catch (error) {
    await unlock();
    throw error;
  }
}

async function makeWritable(path: string): Promise<void> {
  try {
    await makeFolders(path);
    // Root's Postgres runs as another user, who has to pass through but not to look around.
    await chmod(path, process.getuid?.() === 0 ? 0o711 : 0o700);
    const probe = join(path, `.write-test-${process.pid}`);
    await (await open(probe, 'w')).close();
    await rm(probe);
  } catch (error) {
    throw new PlainError(
      `The data directory ${path} cannot be written (${reasonOf(error as NodeJS.ErrnoException)}): make it writable or choose another with --data-dir.`,
    );
  }
}

/** Like a recursive mkdir, which never ends where a file system answers ENOENT to a folder that it does not want. */
async function makeFolders(path: string): Promise<void> {
  if (await stat(path).catch(() => undefined)) return;
  if (dirname(path) !== path) await makeFolders(dirname(path));
  await mkdir(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
}

function reasonOf(error: NodeJS.ErrnoException): string {
  switch (error.code) {
    case 'EROFS':
      return 'its file system is read-only';
    case 'EACCES':
    case 'EPERM':
      return 'permission denied';
    case 'ENOSPC':
      return 'the disk is full';
    case 'EEXIST':
    case 'ENOTDIR':
      return 'a file is in its place';
    case 'ENOENT':
      return 'its folder takes no new entries';
    default:
      return error.code ?? error.message;
  }
}
