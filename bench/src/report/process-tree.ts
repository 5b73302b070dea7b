import { readdir, readFile } from 'node:fs/promises';

/** What a process is, by its command line: a service, a program of this package, or the name of its file. */
export async function processName(pid: number): Promise<string> {
  const [program = '', ...args] = (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).split('\0');
  const ours = /(?:services\/([a-z]+)\/|programs\/([a-z-]+)\.js)/.exec(args.join(' '));
  const name = ours?.[1] ?? ours?.[2];
  if (name) return name;
  if (program.startsWith('postgres')) return 'postgres';
  return (program.split(':')[0] ?? '').split('/').at(-1) || String(pid);
}

/** These processes and all below them. Linux only. */
export async function withDescendants(roots: number[]): Promise<Set<number>> {
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
