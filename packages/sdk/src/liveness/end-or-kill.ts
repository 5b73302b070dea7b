import { writeSync } from 'node:fs';

export interface KillParts {
  workerId: string;
  now: () => number;
  /** To stderr, at once. */
  write?: (line: string) => void;
  kill?: () => void;
}

/**
 * Ends this process in the given way, and if that fails, all the same: a worker whose loop is blocked for ever is worse
 * than one that is gone, of which its supervisor hears. What it ran comes back when the server has waited long enough.
 */
export async function endOrKill(end: () => Promise<void>, parts: KillParts): Promise<void> {
  const { workerId, now } = parts;
  const { write = (line) => writeSync(2, line), kill = () => process.kill(process.pid, 'SIGKILL') } = parts;
  try {
    await end();
  } catch (error) {
    const trouble = error instanceof Error ? error.message : String(error);
    const msg =
      'the loop of this worker is blocked by a handler past its hard limit, and it cannot be ended in order: killing the process';
    try {
      write(`${JSON.stringify({ level: 60, time: now(), worker: workerId, trouble, msg })}\n`);
    } catch {
      // Nobody reads what it writes: no reason to let it live.
    }
    kill();
  }
}
