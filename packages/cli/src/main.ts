#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import type { Command } from './command/command.js';
import { migrate } from './command/migrate.js';
import { rotateSecretsKey } from './command/rotate-secrets-key.js';
import { start } from './command/start.js';
import { workerCredentials } from './command/worker-credentials.js';
import { PlainError } from './plain-error.js';

const commands: Readonly<Record<string, Command>> = {
  start,
  migrate,
  'worker-credentials': workerCredentials,
  'rotate-secrets-key': rotateSecretsKey,
};

const usage = (): string =>
  [
    'Usage: jobflow COMMAND [options]',
    '',
    ...Object.entries(commands).map(([name, { summary }]) => `  ${name.padEnd(19)} ${summary}`),
    '',
    'jobflow COMMAND --help tells more; jobflow --version prints the version.',
  ].join('\n');

const version = (): string =>
  (JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }).version;

const print = (line: string): void => void process.stdout.write(`${line}\n`);
const complain = (line: string): void => void process.stderr.write(`${line}\n`);

async function run(word: string | undefined, args: readonly string[]): Promise<number> {
  if (word === '--version' || word === '-v') {
    print(version());
    return 0;
  }
  if (word === undefined || word === '--help' || word === '-h' || word === 'help') {
    print(usage());
    return word === undefined ? 1 : 0;
  }
  const command = Object.hasOwn(commands, word) ? commands[word] : undefined;
  if (!command) throw new PlainError(`There is no command "${word}": see "jobflow --help".`);
  return command.run({
    args,
    env: process.env,
    // npm runs scripts at the top of the repository, and says here where the person was.
    cwd: process.env.INIT_CWD ?? process.cwd(),
    print,
    complain,
    onStopRequest(callback) {
      for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, callback);
      if (process.env.npm_lifecycle_event) whenOrphaned(callback);
    },
  });
}

/** npm that is killed cannot pass it on: what it had started would run for ever, unseen. */
function whenOrphaned(callback: () => void): void {
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    callback();
  }, 1_000);
  watch.unref();
}

const [word, ...args] = process.argv.slice(2);
try {
  process.exitCode = await run(word, args);
} catch (error) {
  complain(
    error instanceof PlainError
      ? error.message
      : `Something unexpected happened: ${String(error instanceof Error ? error.stack : error)}`,
  );
  process.exitCode = 1;
}
