import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';

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

async function processName(pid: number): Promise<string> {
  const [program = '', ...args] = (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).split('\0');
  const service = /services\/([a-z]+)\//.exec(args.join(' '));
  if (service?.[1]) return service[1];
  if (program.startsWith('postgres')) return 'postgres';
  return (program.split(':')[0] ?? '').split('/').at(-1) || String(pid);
}

async function withDescendants(roots: number[]): Promise<Set<number>> {
  const parents = new Map<number, number>();
  for (const entry of await readdir('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    const stat = await readFile(`/proc/${entry}/stat`, 'utf8').catch(() => '');
    const parent = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1];
    if (parent) parents.set(Number(entry), Number(parent));
  }
  const all = new Set(roots);
  for (let size = 0; size !== all.size; ) {
    size = all.size;
    for (const [pid, parent] of parents) if (all.has(parent)) all.add(pid);
  }
  return all;
}
