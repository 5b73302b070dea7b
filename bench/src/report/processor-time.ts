import { readFile } from 'node:fs/promises';
import { whole } from './figures.js';
import { processName, withDescendants } from './process-tree.js';
import type { Section } from './section.js';

/** Linux counts processor time in hundredths of a second, whatever its own clock. */
const TICK_MS = 10;

/** Milliseconds of processor time that the processes below this one have used so far, by what they are. Linux only. */
export async function processorTime(): Promise<Map<string, number>> {
  const used = new Map<string, number>();
  for (const pid of await withDescendants([process.pid])) {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
    // After the name, which is in brackets and may hold anything: state is field 3, user time 14, system time 15.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (pid === process.pid || fields.length < 13) continue;
    const name = await processName(pid);
    used.set(name, (used.get(name) ?? 0) + (Number(fields[11]) + Number(fields[12])) * TICK_MS);
  }
  return used;
}

/** What each run cost which process: unlike rates, hardly changed by what else the machine does. */
export function processorTimeSection(
  title: string,
  before: ReadonlyMap<string, number>,
  after: ReadonlyMap<string, number>,
  runs: number,
): Section {
  const rows = [...after]
    .map(([name, ms]) => ({ name, micros: ((ms - (before.get(name) ?? 0)) * 1_000) / runs }))
    .filter(({ micros }) => micros >= 0.5)
    .sort((a, b) => b.micros - a.micros);
  return {
    title,
    columns: ['process', 'µs per run'],
    rows: rows.map(({ name, micros }) => [name, whole(micros)]),
  };
}
