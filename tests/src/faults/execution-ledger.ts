import { readFile } from 'node:fs/promises';

/** One execution of a handler, as it noted itself. */
export interface Execution {
  runId: string;
  attempt: number;
  pid: number;
  /** The executor, if the handler ran alone in a process of its own. */
  parent: number;
  /** Milliseconds since the epoch. */
  startedAt: number;
  endedAt?: number;
}

/** Somewhere between the two instants the process came to its end; until then it went on. */
export interface Kill {
  pid: number;
  /** Before the signal was sent. */
  at: number;
  /** When it was known to be gone. */
  goneAt: number;
}

/** Reads what the handlers of `ledger-handlers/` noted, in the order in which they began. */
export async function readExecutions(path: string): Promise<Execution[]> {
  return parseExecutions(await readFile(path, 'utf8'));
}

/** A line is `start|end <run> <attempt> <pid> <parent's pid> <ms>`. */
export function parseExecutions(text: string): Execution[] {
  const executions: Execution[] = [];
  const open = new Map<string, Execution>();
  for (const line of text.split('\n')) {
    const [what, runId = '', attempt, pid, parent, at] = line.split(' ');
    const key = `${runId} ${attempt} ${pid}`;
    if (what === 'start') {
      const execution = {
        runId,
        attempt: Number(attempt),
        pid: Number(pid),
        parent: Number(parent),
        startedAt: Number(at),
      };
      open.set(key, execution);
      executions.push(execution);
    }
    const ended = what === 'end' ? open.get(key) : undefined;
    if (ended) ended.endedAt = Number(at);
  }
  return executions;
}

/** Two processes read the same clock, rounded down to a millisecond. */
const ROUNDING_MS = 1;

/**
 * The executions for which there was no cause, each in a sentence. An attempt may be carried out again only if the
 * process that carried it out before, or its parent, was killed after it began and before it began again; and no execution of a run may
 * begin while an earlier one of it goes on.
 */
export function withoutCause(executions: readonly Execution[], kills: readonly Kill[]): string[] {
  const found: string[] = [];
  const last = new Map<string, Execution>();
  for (const next of executions) {
    const before = last.get(next.runId);
    last.set(next.runId, next);
    if (!before) continue;
    const ofBefore = kills.filter(({ pid }) => pid === before.pid || pid === before.parent);
    const killed = ofBefore.some(
      ({ at, goneAt }) => goneAt >= before.startedAt - ROUNDING_MS && at <= next.startedAt + ROUNDING_MS,
    );
    if (killed) continue;
    const deaths = ofBefore.map(({ at, goneAt }) => `killed from ${at} to ${goneAt}`).join(', ') || 'never killed';
    const what = `run ${next.runId}: attempt ${next.attempt} began in ${next.pid} at ${next.startedAt}`;
    const earlier = `in ${before.pid}, ${deaths}, at ${before.startedAt}`;
    if (before.attempt >= next.attempt) found.push(`${what}, and attempt ${before.attempt} had begun ${earlier}`);
    else if (before.endedAt === undefined || before.endedAt > next.startedAt + ROUNDING_MS)
      found.push(`${what} while attempt ${before.attempt}, begun ${earlier}, went on`);
  }
  return found;
}
