import { link, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PlainError } from '../plain-error.js';
import { processIdentity } from '../process/process-identity.js';

interface Holder {
  pid: number;
  identity: string | undefined;
}

const FREE: Holder = { pid: 0, identity: undefined };

/**
 * Takes a data directory for this process; answers with how to give it back. The lock of a process that is gone is
 * taken over.
 *
 * Locks are numbered files, and the highest number counts. Whoever finds it free or stale links the next number, which
 * succeeds for one alone, and then removes the lower ones. Someone slow, who still saw a lower number, may link a number
 * that was removed in the meantime; but only after a higher one was there, so a second look tells.
 */
export async function lockDataDir(dir: string): Promise<() => Promise<void>> {
  const own = join(dir, `taking-lock.${process.pid}.${Math.random().toString(36).slice(2)}`);
  const holder: Holder = { pid: process.pid, identity: await processIdentity(process.pid) };
  await writeFile(own, JSON.stringify(holder), { mode: 0o600 });
  try {
    for (;;) {
      const highest = (await lockNumbers(dir)).at(-1) ?? 0;
      const other = await readHolder(pathOf(dir, highest));
      if (await isHeld(other)) throw inUse(dir, other.pid);
      const number = highest + 1;
      if (!(await tryLink(own, pathOf(dir, number)))) continue;
      const numbers = await lockNumbers(dir);
      if (numbers.at(-1) !== number) {
        await rm(pathOf(dir, number), { force: true });
        continue;
      }
      for (const lower of numbers.slice(0, -1)) await rm(pathOf(dir, lower), { force: true });
      // Marked as free rather than removed: numbers must never start again from below.
      return () => writeFile(pathOf(dir, number), JSON.stringify(FREE));
    }
  } finally {
    await rm(own, { force: true });
  }
}

const pathOf = (dir: string, number: number): string => join(dir, `lock.${number}`);

async function lockNumbers(dir: string): Promise<number[]> {
  const names = await readdir(dir);
  const numbers = names.map((name) => Number(/^lock\.(\d+)$/.exec(name)?.[1] ?? 0));
  return numbers.filter((number) => number > 0).sort((a, b) => a - b);
}

async function tryLink(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** A link appears whole; a lock that cannot be read was cut off while it was marked as free. */
async function readHolder(path: string): Promise<Holder> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Holder;
  } catch {
    return FREE;
  }
}

const isHeld = async (holder: Holder): Promise<boolean> =>
  holder.identity !== undefined && (await processIdentity(holder.pid)) === holder.identity;

const inUse = (dir: string, pid: number): PlainError =>
  new PlainError(
    `The data directory ${dir} is in use by another Jobflow (process ${pid}): stop that one, or choose another directory with --data-dir.`,
  );
