import { writeFile } from 'node:fs/promises';
import { getPriority, setPriority } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';

const LEAST = 19;
/** Linux takes one change of a session in 100 ms from those who are not root, whoever they are. */
const AGAIN_MS = 110;
const MOST_TRIES = 30;

/**
 * Lets a process that was just started give way to others while there is not enough processor time for all of them: by so
 * much more than this process does. One that gives way more already is left alone, and so is one that may not be
 * changed, or is gone.
 *
 * Where Linux weighs whole sessions against each other (autogroup in sched(7)), the niceness of a process says nothing
 * beyond its session, so the leader of a session takes its session along, which may take some tenths of a second.
 *
 * @param more from 1 to 19; 5 is a third of the weight of a process that gives no way, 10 a tenth
 */
export function giveWay(pid: number, more: number): void {
  const nice = Math.min(LEAST, getPriority() + more);
  try {
    if (getPriority(pid) >= nice) return;
    setPriority(pid, nice);
  } catch {
    return;
  }
  if (process.platform === 'linux') void takeSessionAlong(pid, nice);
}

/** Never rejects: priorities are a courtesy, and without them everything still works. */
async function takeSessionAlong(pid: number, nice: number): Promise<void> {
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    try {
      return await writeFile(`/proc/${pid}/autogroup`, String(nice));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') return;
    }
    await pause(AGAIN_MS * (1 + Math.random()), undefined, { ref: false });
  }
}
