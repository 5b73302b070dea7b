/**
 * The program that runs in the process of a JavaScript job. It may import nothing but Node's own modules: its process
 * may read no other file. Its task comes on standard input; whatever it tells goes to file descriptor 3, where its
 * questions are answered as well; what the job's code prints is its standard output.
 */
import { Socket } from 'node:net';
import { Script } from 'node:vm';
import type { ChildMessage, ChildTask, SecretAnswer } from './child-messages.js';

type Work = (input: unknown, context: object) => unknown;

const channel = new Socket({ fd: 3, readable: true, writable: true });
// Code that waits for nothing any more ends; only an open question keeps the process alive.
channel.unref();
const stopping = new AbortController();
process.on('SIGTERM', () => stopping.abort(new DOMException('The run is to end', 'AbortError')));
channel.on('error', () => process.exit(1));

const tell = (message: ChildMessage) => channel.write(`${JSON.stringify(message)}\n`);
const tellAndExit = (message: ChildMessage) => channel.end(`${JSON.stringify(message)}\n`, () => process.exit(0));

/** Questions for secrets, by name: one serves all who want it at the same time. */
const asked = new Map<string, PromiseWithResolvers<string>>();

function secret(wanted: unknown): Promise<string> {
  const name = String(wanted);
  const open = asked.get(name);
  if (open) return open.promise;
  const answer = Promise.withResolvers<string>();
  asked.set(name, answer);
  channel.ref();
  tell({ type: 'ask-secret', name });
  return answer.promise;
}

function hear(answer: SecretAnswer): void {
  const open = asked.get(answer.name);
  asked.delete(answer.name);
  if (asked.size === 0) channel.unref();
  if ('value' in answer) {
    open?.resolve(answer.value);
  } else {
    const { message, ...fields } = answer.error;
    open?.reject(Object.assign(new Error(message), fields));
  }
}

let rest = '';
channel.setEncoding('utf8');
channel.on('data', (chunk: string) => {
  const lines = (rest + chunk).split('\n');
  rest = lines.pop() ?? '';
  for (const line of lines) hear(JSON.parse(line));
});

class Told extends Error {
  readonly told: ChildMessage;
  constructor(told: ChildMessage) {
    super('The attempt was ended by the job itself');
    this.told = told;
  }
}

function contextOf(task: ChildTask) {
  const at = (level: 'DEBUG' | 'INFO' | 'WARN' | 'ERROR') => (message: unknown, fields?: object) =>
    void tell({
      type: 'log',
      level,
      message: fields === undefined ? String(message) : `${message} ${JSON.stringify(fields)}`,
    });
  const levels = { debug: at('DEBUG'), info: at('INFO'), warn: at('WARN'), error: at('ERROR') };
  const end = (told: ChildMessage): never => {
    throw new Told(told);
  };
  return {
    runId: task.run.id,
    job: task.run.job,
    attempt: task.run.attempt,
    tags: task.run.tags,
    signal: stopping.signal,
    log: Object.assign(at('INFO'), levels),
    logger: levels,
    secret,
    progress: (percent: number, message?: string) =>
      void tell({ type: 'progress', percent, ...(message !== undefined && { message }) }),
    noRetry: (message: string, code?: string) =>
      end({ type: 'failed', message, retryable: false, ...(code && { code }) }),
    snooze: (ms: number, reason?: string) => end({ type: 'snooze', ms, ...(reason && { reason }) }),
    retryAt: (when: Date | number, message?: string) =>
      end({
        type: 'retry-at',
        at: when instanceof Date ? when.getTime() : Date.now() + when,
        ...(message && { message }),
      }),
  };
}

/** A module's default export, an expression (a function, or a value), or the body of a function. */
async function compile(code: string): Promise<Work> {
  if (/^\s*(import\s|export\s)/m.test(code)) {
    const module = await import(`data:text/javascript,${encodeURIComponent(code)}`);
    if (typeof module.default !== 'function') throw new SyntaxError('a module must export its function as default');
    return module.default;
  }
  const open = '(async (input, context, { log, progress, signal } = context) => {';
  const options = { filename: 'job.js', lineOffset: -1 };
  let expression: Work | undefined;
  try {
    expression = new Script(`${open} return (\n${code}\n)})`, options).runInThisContext();
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  if (!expression) return new Script(`${open}\n${code}\n})`, options).runInThisContext();
  const evaluate = expression;
  return async (input, context) => {
    const value = await evaluate(input, context);
    return typeof value === 'function' ? value(input, context) : value;
  };
}

function failure(thrown: unknown): ChildMessage {
  if (thrown instanceof Told) return thrown.told;
  if (!(thrown instanceof Error)) {
    return {
      type: 'failed',
      message: `The job threw no Error, but ${typeof thrown} ${String(thrown)}`,
      code: 'NON_ERROR_THROWN',
    };
  }
  const { code, retryable } = thrown as Error & { code?: unknown; retryable?: unknown };
  const stack = thrown.stack
    ?.split('\n')
    .filter((line) => !/^\s+at /.test(line) || /job\.js|data:text/.test(line))
    .slice(0, 20)
    .join('\n');
  return {
    type: 'failed',
    message: thrown.message || thrown.name,
    ...(stack && { stack: stack.replaceAll(/data:text\/javascript,[^:)\s]*/g, 'job.js') }),
    ...(typeof code === 'string' && { code }),
    ...(retryable === false && { retryable: false }),
  };
}

function done(value: unknown, maxBytes: number): ChildMessage {
  let text: string | undefined;
  try {
    text = JSON.stringify(value);
  } catch (error) {
    const why = error instanceof Error ? error.message.split('\n')[0] : String(error);
    return {
      type: 'failed',
      code: 'RESULT_NOT_JSON',
      retryable: false,
      message: `The result cannot be written as JSON: ${why}`,
    };
  }
  if (text === undefined) return { type: 'done' };
  const bytes = Buffer.byteLength(text);
  if (bytes <= maxBytes) return { type: 'done', result: JSON.parse(text) };
  const message = `The result is ${Math.ceil(bytes / 1024)} KiB, and at most ${maxBytes / 1024} KiB are kept`;
  return { type: 'failed', code: 'RESULT_TOO_LARGE', retryable: false, message };
}

async function main(): Promise<void> {
  process.on('uncaughtException', (thrown) => tellAndExit(failure(thrown)));
  process.on('unhandledRejection', (thrown) => tellAndExit(failure(thrown)));
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  const task = JSON.parse(Buffer.concat(chunks).toString('utf8')) as ChildTask;
  try {
    const work = await compile(task.code);
    tellAndExit(done(await work(task.input, contextOf(task)), task.maxResultBytes));
  } catch (thrown) {
    tellAndExit(failure(thrown));
  }
}

await main();
