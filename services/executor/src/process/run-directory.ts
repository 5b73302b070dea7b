import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const OWN = /^jobflow-run-(\d+)-/;

/** A fresh directory for one attempt; its name tells whose it is. */
export const makeRunDirectory = (): Promise<string> => mkdtemp(join(tmpdir(), `jobflow-run-${process.pid}-`));

export const removeRunDirectory = (path: string): Promise<void> => rm(path, { recursive: true, force: true });

/** Removes what executors left that were killed: the directories of processes that are gone. */
export async function sweepRunDirectories(directory = tmpdir()): Promise<void> {
  for (const name of await readdir(directory).catch(() => [])) {
    const pid = Number(OWN.exec(name)?.[1]);
    // Another user's cannot be removed, and is that user's to sweep.
    if (pid && !isAlive(pid)) await removeRunDirectory(join(directory, name)).catch(() => undefined);
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
