import { readFile } from 'node:fs/promises';
import { processName, withDescendants } from './process-tree.js';

/** The resident memory of the first process of this name below this one, in MB. Linux only. */
export async function residentMb(name: string): Promise<number> {
  for (const pid of await withDescendants([process.pid])) {
    if ((await processName(pid)) !== name) continue;
    const status = await readFile(`/proc/${pid}/status`, 'utf8');
    return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) / 1024;
  }
  throw new Error(`there is no process ${name} below this one`);
}
