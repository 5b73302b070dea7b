import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';

/** Whether a process lives; a zombie that nobody has reaped yet is dead. */
export function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

/** Whether a process is gone within so many milliseconds. */
export async function gone(pid: number, withinMs: number): Promise<boolean> {
  const until = Date.now() + withinMs;
  while (Date.now() < until && isAlive(pid)) await wait(10);
  return !isAlive(pid);
}

/** A command that sleeps for so many seconds and a fraction that is this process's: no other test has the same one. */
export const nap = (seconds: number): string => `sleep ${seconds}.${process.pid}`;

/** The pid of the process with this command line, once there is one. */
export async function started(command: string, withinMs = 10_000): Promise<number> {
  for (const until = Date.now() + withinMs; Date.now() < until; await wait(10)) {
    const pid = pidOf(command);
    if (pid > 0) return pid;
  }
  throw new Error(`no process "${command}" started`);
}

/** The pid, as this process sees it, of the process with this command line; 0 if there is none. */
export function pidOf(command: string): number {
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const text = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
      if (text === command && isAlive(Number(name))) return Number(name);
    } catch {
      // Ended meanwhile.
    }
  }
  return 0;
}
