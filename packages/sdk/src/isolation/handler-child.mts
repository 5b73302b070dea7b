/**
 * The program of a handler's own process: loads the module that defines the handler, runs one attempt, tells how it
 * ended, and exits. It is told and tells on file descriptor 3; what the handler prints is its standard output.
 */
import { Socket } from 'node:net';
import type { LogLevel, LogStream, RunDefinition } from '@jobflow/contracts';
import { JsonLines } from '@jobflow/platform/json-lines';
import { Redactor } from '@jobflow/platform/redactor';
import { AttemptContext, type ContextHost } from '../attempt/attempt-context.js';
import { describeThrown } from '../attempt/describe-thrown.js';
import { outcomeOfReturned, outcomeOfThrown } from '../attempt/outcome-of.js';
import type { Handler } from '../define/define-handler.js';
import { runnerOf } from '../define/runner-of.js';
import type { ChildOutcome, FromChild, ToChild } from './child-messages.js';
import { becomeChild } from './child-role.js';
import { ChildSecrets } from './child-secrets.js';
import { lendPackages } from './lend-packages.js';

/** The worker keeps fewer; what an endless loop logs beyond is only counted. */
const MOST_LINES = 12_000;
const MOST_LINE_BYTES = 8 * 1024 * 1024;

const channel = new Socket({ fd: 3, readable: true, writable: true });
const stopping = new AbortController();
let lines = 0;
let lineBytes = 0;
let unsent = 0;
let over = false;

const secrets = new ChildSecrets((id, name) => tell({ type: 'ask-secret', id, name }));

const tell = (message: FromChild) => channel.write(`${JSON.stringify(message)}\n`);

function conclude(outcome: ChildOutcome): void {
  if (over) return;
  over = true;
  channel.end(`${JSON.stringify({ type: 'outcome', unsent, outcome } satisfies FromChild)}\n`, () => process.exit(0));
}

const fail = (message: string, code: string) => conclude({ kind: 'failed', error: { message, code } });

function log(level: LogLevel, stream: LogStream, message: string): void {
  if (over) return;
  lines += 1;
  lineBytes += message.length;
  if (lines > MOST_LINES || lineBytes > MOST_LINE_BYTES) unsent += 1;
  else tell({ type: 'log', level, stream, message });
}

function hostOf(run: RunDefinition, attempt: number): ContextHost {
  return {
    run,
    attempt,
    softSignal: stopping.signal,
    // This process is killed instead.
    hardSignal: new AbortController().signal,
    log: { write: log },
    secret: (name) => secrets.get(name),
    // The worker takes secrets out of all it is told.
    redactor: new Redactor(),
    reportProgress: (percent, message) =>
      void tell({ type: 'progress', percent, ...(message !== undefined && { message: String(message) }) }),
    heartbeat: () => void tell({ type: 'heartbeat' }),
    now: () => Date.now(),
  };
}

/** Loads the module; answers once it has defined everything, or went on to run a worker, which is not started here. */
async function findHandler(module: string, name: string): Promise<Handler | undefined> {
  const role = becomeChild();
  lendPackages();
  await Promise.race([import(module), role.workerStarted.promise]);
  return role.handlers.get(name);
}

async function run({ module, run, attempt }: Extract<ToChild, { type: 'task' }>): Promise<void> {
  let handler: Handler | undefined;
  try {
    handler = await findHandler(module, run.job);
  } catch (thrown) {
    const { message, stack } = describeThrown(thrown);
    const error = {
      message: `The handler's file could not be loaded in a process of its own: ${message}`,
      ...{ stack },
    };
    return conclude({ kind: 'failed', error: { ...error, code: 'HANDLER_NOT_LOADED' } });
  }
  if (!handler) {
    const message = `${module} defines no handler named ${run.job} when it is loaded in a process of its own: give the handler the option module: import.meta.url, in the file that defines it`;
    return fail(message, 'HANDLER_NOT_LOADED');
  }
  try {
    const value = await runnerOf(handler)(new AttemptContext(hostOf(run, attempt), run.input));
    conclude(outcomeOfReturned(value) as ChildOutcome);
  } catch (thrown) {
    conclude(outcomeOfThrown(thrown, Date.now()) as ChildOutcome);
  }
}

function hear(message: ToChild): void {
  switch (message.type) {
    case 'task':
      void run(message);
      break;
    case 'abort':
      stopping.abort(new DOMException(message.message, message.name));
      break;
    case 'secret':
      secrets.hear(message.id, { value: message.value });
      break;
    case 'no-secret':
      secrets.hear(message.id, { error: message.error });
      break;
    default:
      message satisfies never;
  }
}

const incoming = new JsonLines(
  (value) => hear(value as ToChild),
  () => fail('The task is too large', 'PROTOCOL'),
);
channel.on('data', (chunk: Buffer) => incoming.push(chunk));
// The worker is gone.
channel.on('error', () => process.exit(1));
channel.on('close', () => over || process.exit(1));
process.on('SIGTERM', () => stopping.abort(new DOMException('The attempt is to end', 'AbortError')));
process.on('uncaughtException', (thrown) => conclude(outcomeOfThrown(thrown, Date.now()) as ChildOutcome));
process.on('unhandledRejection', (thrown) =>
  log('ERROR', 'LOG', `A promise was rejected that nobody awaits: ${describeThrown(thrown).message}`),
);
