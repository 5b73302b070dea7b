import type { ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';

/** What a process said just before its end may still be in the pipe; a grandchild may hold that open for ever. */
export async function lastWords(child: ChildProcess): Promise<void> {
  const waiting = new AbortController();
  child.once('close', () => waiting.abort());
  const open = [child.stdout, child.stderr].some((stream) => stream && !stream.closed);
  if (open) await sleep(200, undefined, { signal: waiting.signal }).catch(() => {});
}

/** Resolves with how the process ended, in words that follow its name. */
export function exited(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once('error', (error) => {
      if (child.pid === undefined) resolve(`could not be started: ${error.message}`);
    });
    child.once('exit', (code, signal) => resolve(signal ? `was ended by ${signal}` : `ended with code ${code}`));
  });
}
