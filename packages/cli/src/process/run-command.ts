import { spawn } from 'node:child_process';

export interface CommandResult {
  /** null if the program could not be started, was ended by a signal or took too long. */
  code: number | null;
  stdout: string;
  stderr: string;
}

export interface CommandOptions {
  env?: NodeJS.ProcessEnv;
  cwd?: string;
  timeoutMs?: number;
  input?: string;
  uid?: number;
  gid?: number;
  /** Ends the program early. */
  signal?: AbortSignal | undefined;
}

/** What is kept of each output; the rest is dropped from the front. */
const MAX_OUTPUT = 4 * 1024 * 1024;

/** Runs a program to its end, without a shell. Never rejects: a program that is not there is a result too. */
export function runCommand(
  file: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<CommandResult> {
  const { input, timeoutMs = 60_000, signal, ...spawnOptions } = options;
  return new Promise((resolve) => {
    const ending = { timeout: timeoutMs, killSignal: 'SIGKILL', ...(signal && { signal }) } as const;
    const child = spawn(file, args, { ...spawnOptions, ...ending, stdio: 'pipe' });
    const output = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].setEncoding('utf8').on('data', (text: string) => {
        output[name] = (output[name] + text).slice(-MAX_OUTPUT);
      });
    }
    child.stdin.on('error', () => {}); // a program that does not read its input is no failure
    child.stdin.end(input);
    child.once('error', (error) => resolve({ code: null, stdout: '', stderr: error.message }));
    child.once('close', (code) => resolve({ code, ...output }));
  });
}

/** The last line that says something: where programs put their reason. */
export const lastLine = (text: string): string => text.trimEnd().split('\n').at(-1)?.trim() ?? '';
