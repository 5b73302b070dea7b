import { open, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { PlainError } from '../plain-error.js';

/** Reads a file that this program wrote; undefined if there is none yet. */
export async function readJsonFile<T>(path: string): Promise<T | undefined> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as T;
  } catch {
    throw new PlainError(`${path} is damaged: restore it from a backup.`);
  }
}

/** Writes a file for its owner alone, whole or not at all. */
export async function writeJsonFile(path: string, content: unknown): Promise<void> {
  const fresh = `${path}.new`;
  await writeFile(fresh, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600, flush: true });
  await rename(fresh, path);
  // A name is on the disk once its folder is: a key that something was sealed with must not be gone after a power loss.
  await using folder = await open(dirname(path));
  await folder.sync().catch(() => undefined); // there are file systems that cannot
}
