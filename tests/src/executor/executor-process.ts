import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../../services/executor/dist/main.js', import.meta.url));

export interface ExecutorProcess extends AsyncDisposable {
  output(): string;
  ended: Promise<number | null>;
  kill(signal: NodeJS.Signals): void;
}

/** Starts an executor as its supervisor would; killed with whatever disposes of it. */
export function startExecutorProcess(env: Record<string, string>): ExecutorProcess {
  const child = spawn(process.execPath, [MAIN], {
    env: { PATH: process.env.PATH ?? '', JOBFLOW_HEALTH_PORT: '0', JOBFLOW_DRAIN_MS: '500', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (output += chunk));
  const gone = once(child, 'exit');
  return {
    output: () => output,
    kill: (signal) => void child.kill(signal),
    ended: gone.then(([code]) => code as number | null),
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
      await gone;
    },
  };
}
