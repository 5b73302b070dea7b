import { type ChildProcess, spawn } from 'node:child_process';
import type { Duplex, Readable, Writable } from 'node:stream';
import { giveWay } from './give-way.js';

export interface ContainedProcess {
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** A socket for messages, if asked for: the child's file descriptor 3. */
  readonly messages: Duplex | undefined;
  /** When it is gone and its output was read. Rejects only if it could not be started. */
  readonly ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  /** Asks all of it to end. */
  terminate(): void;
  /** Ends all of it. */
  kill(): void;
}

export interface ContainedOptions {
  argv: string[];
  cwd: string;
  /** Default: that of this process, for code that is trusted with it. */
  env?: Record<string, string>;
  messages?: boolean;
}

/** A job that takes all the processor time it can get leaves enough to see and to cancel it. */
const JOB_NICE = 10;
/** What still holds the output open after the process has gone is not waited for longer. */
const OUTPUT_WAIT_MS = 500;

/** Starts a process as the leader of its own session and group. */
export function startContained({ argv, cwd, env, messages = false }: ContainedOptions): ContainedProcess {
  const [command = '', ...args] = argv;
  const stdio: ('pipe' | 'overlapped')[] = ['pipe', 'pipe', 'pipe'];
  if (messages) stdio.push('pipe');
  const child = spawn(command, args, { cwd, ...(env && { env }), stdio, detached: true });
  if (child.pid !== undefined) giveWay(child.pid, JOB_NICE);
  const [stdin, stdout, stderr, extra] = child.stdio;
  // It may end without having read its input.
  (stdin as Writable).on('error', () => undefined);
  extra?.on('error', () => undefined);

  const signal = (name: NodeJS.Signals) => {
    if (child.pid === undefined) return;
    try {
      process.kill(-child.pid, name);
    } catch {
      // Gone already.
    }
  };
  return {
    stdin: stdin as Writable,
    stdout: stdout as Readable,
    stderr: stderr as Readable,
    messages: extra as Duplex | undefined,
    ended: whenEnded(child, () => signal('SIGKILL')),
    terminate: () => signal('SIGTERM'),
    kill: () => signal('SIGKILL'),
  };
}

function whenEnded(child: ChildProcess, killRest: () => void): ContainedProcess['ended'] {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      // What it left running in its group ends with it.
      killRest();
      const late = setTimeout(() => {
        for (const stream of child.stdio) stream?.destroy();
        resolve({ code, signal });
      }, OUTPUT_WAIT_MS);
      child.once('close', () => {
        clearTimeout(late);
        resolve({ code, signal });
      });
    });
  });
}
