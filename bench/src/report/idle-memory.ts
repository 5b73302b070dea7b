import { readFile } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { processName, withDescendants } from './process-tree.js';

export interface IdleMemory {
  byProcess: { name: string; mb: number }[];
  totalMb: number;
}

/** The memory of these processes and all below them, once nothing has happened for ten seconds. Linux only. */
export async function idleMemory(roots: number[]): Promise<IdleMemory> {
  await wait(10_000);
  const byName = new Map<string, number>();
  for (const pid of await withDescendants(roots)) {
    const mb = await pssMb(pid);
    if (mb === undefined) continue;
    const name = await processName(pid);
    byName.set(name, (byName.get(name) ?? 0) + mb);
  }
  const byProcess = [...byName].map(([name, mb]) => ({ name, mb })).sort((a, b) => b.mb - a.mb);
  return { byProcess, totalMb: byProcess.reduce((sum, row) => sum + row.mb, 0) };
}

async function pssMb(pid: number): Promise<number | undefined> {
  const rollup = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => undefined);
  const match = rollup && /^Pss:\s+(\d+) kB/m.exec(rollup);
  return match ? Number(match[1]) / 1024 : undefined;
}
