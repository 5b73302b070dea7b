import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

const examples = new URL('../../../examples/', import.meta.url).pathname;

export interface RunningExample extends AsyncDisposable {
  /** What it has printed so far. */
  lines: string[];
  /** Resolves with the first line, past or future, that matches; rejects if it ends before. */
  line(pattern: RegExp): Promise<string>;
  signal(name: NodeJS.Signals): void;
  /** Resolves with the exit code. */
  ended: Promise<number | null>;
}

/** Runs an example as its README says: by Node, as it is. */
export function runExample(file: string, env: Record<string, string>): RunningExample {
  const child: ChildProcess = spawn(process.execPath, [`${examples}${file}`], {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines: string[] = [];
  const waiting = new Set<() => void>();
  let code: number | null | undefined;
  for (const input of [child.stdout, child.stderr]) {
    if (input)
      createInterface({ input }).on('line', (text) => {
        lines.push(text);
        for (const wake of [...waiting]) wake();
      });
  }
  const ended = once(child, 'close').then(([status]) => {
    code = status as number | null;
    for (const wake of [...waiting]) wake();
    return code;
  });
  return {
    lines,
    ended,
    signal: (name) => void child.kill(name),
    async line(pattern) {
      for (;;) {
        const found = lines.find((text) => pattern.test(text));
        if (found !== undefined) return found;
        if (code !== undefined) throw new Error(`${file} ended with ${code} without ${pattern}:\n${lines.join('\n')}`);
        const { promise, resolve } = Promise.withResolvers<void>();
        waiting.add(resolve);
        await promise;
        waiting.delete(resolve);
      }
    },
    async [Symbol.asyncDispose]() {
      if (code === undefined) child.kill('SIGKILL');
      await ended;
    },
  };
}
