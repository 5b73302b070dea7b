import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const cli = new URL('../../../packages/cli/dist/main.js', import.meta.url).pathname;

export interface RunningPlatform extends AsyncDisposable {
  url: string;
  email: string;
  password: string;
  dataDir: string;
  /** Everything it printed so far. */
  output(): string;
  /** Sends Ctrl-C and waits for the end; the exit code. */
  stop(): Promise<number | null>;
  /** Starts it again on the same data, after stop(). */
  startAgain(): Promise<void>;
  /** Pids of its processes whose command line matches. */
  pids(pattern: RegExp): Promise<number[]>;
}

export interface PlatformOptions {
  args?: string[];
  env?: Record<string, string>;
}

/** `jobflow start` as a person starts it: its own process, a fresh data directory, a free port. */
export async function startPlatformProcess({ args = [], env = {} }: PlatformOptions = {}): Promise<RunningPlatform> {
  const dataDir = await mkdtemp(join(tmpdir(), 'jobflow-system-'));
  const password = 'correct horse battery staple';
  const email = 'admin@example.com';
  let lines: string[] = [];
  let child: ChildProcess | undefined;
  let url = '';

  const start = async () => {
    lines = [];
    const process_ = spawn(process.execPath, [cli, 'start', '--port', '0', '--data-dir', dataDir, ...args], {
      env: { ...process.env, JOBFLOW_ADMIN_EMAIL: email, JOBFLOW_ADMIN_PASSWORD: password, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child = process_;
    const ready = Promise.withResolvers<string>();
    for (const stream of [process_.stdout, process_.stderr]) {
      createInterface({ input: stream }).on('line', (line) => {
        lines.push(line);
        const match = /(http:\/\/[^\s/]+:\d+)/.exec(line);
        if (match?.[1] && /ready|dashboard|open/i.test(line)) ready.resolve(match[1]);
      });
    }
    process_.once('exit', (code) => ready.reject(new Error(`jobflow start ended with ${code}:\n${lines.join('\n')}`)));
    url = await ready.promise;
  };
  const stop = async () => {
    const process_ = child;
    if (!process_) return null;
    child = undefined;
    if (process_.exitCode !== null) return process_.exitCode;
    const ended = once(process_, 'exit');
    process_.kill('SIGINT');
    const [code] = await ended;
    return code as number | null;
  };

  await start();
  return {
    get url() {
      return url;
    },
    email,
    password,
    dataDir,
    output: () => lines.join('\n'),
    stop,
    startAgain: start,
    pids: async (pattern) =>
      child?.pid ? (await descendants(child.pid)).filter((p) => pattern.test(p.command)).map((p) => p.pid) : [],
    async [Symbol.asyncDispose]() {
      await stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

interface ProcessRow {
  pid: number;
  command: string;
}

/** All processes below a pid, by the process table. */
export async function descendants(root: number): Promise<ProcessRow[]> {
  const rows = (await processTable()).map((row) => ({ ...row }));
  const found: ProcessRow[] = [];
  const wanted = new Set([root]);
  for (let grew = true; grew; ) {
    grew = false;
    for (const row of rows) {
      if (wanted.has(row.pid) || !wanted.has(row.ppid)) continue;
      wanted.add(row.pid);
      found.push({ pid: row.pid, command: row.command });
      grew = true;
    }
  }
  return found;
}

/** Processes whose command line names this text, wherever they hang. */
export async function processesNaming(text: string): Promise<ProcessRow[]> {
  return (await processTable()).filter((row) => row.command.includes(text) && row.pid !== process.pid);
}

async function processTable(): Promise<{ pid: number; ppid: number; command: string }[]> {
  const ps = spawn('ps', ['-eo', 'pid=,ppid=,args='], { stdio: ['ignore', 'pipe', 'inherit'] });
  const rows: { pid: number; ppid: number; command: string }[] = [];
  for await (const line of createInterface({ input: ps.stdout })) {
    const match = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line);
    if (match?.[3] !== undefined && Number(match[1]) !== ps.pid)
      rows.push({ pid: Number(match[1]), ppid: Number(match[2]), command: match[3] });
  }
  return rows;
}
