import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('./ledger-worker.ts', import.meta.url));

export interface WorkerProcess extends AsyncDisposable {
  pid: number;
  /** When it is gone: its exit code, or null if a signal ended it. */
  ended: Promise<number | null>;
  /** SIGTERM; resolves with the exit code. */
  stop(): Promise<number | null>;
  kill9(): Promise<void>;
}

export interface WorkerProcessOptions {
  natsUrl: string;
  ledger: string;
  gate: string;
  drainMs?: number;
  concurrency?: number;
}

/** Starts a worker in a process of its own; resolves when it is working. */
export async function startWorkerProcess(options: WorkerProcessOptions): Promise<WorkerProcess> {
  const { natsUrl, ledger, gate, drainMs = 2_000, concurrency = 50 } = options;
  const child: ChildProcess = spawn(process.execPath, ['--no-warnings', PROGRAM], {
    env: {
      ...process.env,
      NATS_URL: natsUrl,
      LEDGER: ledger,
      GATE: gate,
      DRAIN_MS: String(drainMs),
      CONCURRENCY: String(concurrency),
    },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const gone = once(child, 'exit');
  await Promise.race([
    once(child, 'message'),
    gone.then(([code]) => Promise.reject(new Error(`the worker process ended with ${code}`))),
  ]);
  const end = async (signal: NodeJS.Signals): Promise<number | null> => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    const [code] = await gone;
    return code;
  };
  return {
    pid: child.pid ?? 0,
    ended: gone.then(([code]) => code as number | null),
    stop: () => end('SIGTERM'),
    kill9: async () => void (await end('SIGKILL')),
    [Symbol.asyncDispose]: async () => void (await end('SIGKILL')),
  };
}

export interface Execution {
  runId: string;
  pid: number;
  attempt: number;
}

/** What really ran. */
export async function readLedger(ledger: string): Promise<Execution[]> {
  const lines = (await readFile(ledger, 'utf8').catch(() => '')).split('\n').filter(Boolean);
  return lines.map((line) => {
    const [runId = '', pid, attempt] = line.split(' ');
    return { runId, pid: Number(pid), attempt: Number(attempt) };
  });
}
