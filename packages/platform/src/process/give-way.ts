import { writeFileSync } from 'node:fs';
import { getPriority, setPriority } from 'node:os';

/**
 * Lets a process that was just started give way to others while there is not enough processor time for all of them.
 * One that gives way more already is left alone, and so is one that may not be changed, or is gone.
 *
 * Where Linux weighs whole sessions against each other (autogroup in sched(7)), the niceness of a process says nothing
 * beyond its session, so the leader of a session takes its session along.
 *
 * @param nice from 1 to 19; 5 is a third of the weight of a process that gives no way, 10 a tenth
 */
export function giveWay(pid: number, nice: number): void {
  try {
    if (getPriority(pid) >= nice) return;
    setPriority(pid, nice);
    if (process.platform === 'linux') writeFileSync(`/proc/${pid}/autogroup`, String(nice));
  } catch {
    // Priorities are a courtesy: without them everything still works.
  }
}
