import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { Limits } from '@jobflow/contracts';
import type { AttemptError } from '@jobflow/domain';
import {
  type ContainedProcess,
  type Containment,
  containedCommand,
  findContainment,
  JsonLines,
  jsonAnswers,
  OUTPUT_BYTES,
  OutputLines,
  startContained,
  stopWithContext,
} from '@jobflow/platform';
import type { KindContext } from '../attempt/attempt-context.js';
import { describeThrown } from '../attempt/describe-thrown.js';
import { outcomeOfThrown } from '../attempt/outcome-of.js';
import { NoRetry, RetryAt, Snooze } from '../define/attempt-control.js';
import { type ChildOutcome, FromChild, type ToChild } from './child-messages.js';
import { ProcessFailure } from './process-failure.js';

const CHILD_PROGRAM = fileURLToPath(new URL('./handler-child.mjs', import.meta.url));
/** Asked by message first; what the handler started itself is asked by SIGTERM so much later. */
const TERM_AFTER_MS = 400;
/** A process that has told its outcome has so long to exit. */
const EXIT_MS = 1_000;
/** What Node reserves as writable memory without using it: its range for compiled code, stacks, itself. */
const NODE_RESERVES_MB = 640;
const OUT_OF_MEMORY = /heap out of memory|process out of memory|FatalOOM/;
const NO_ALLOCATION = /allocation failed|failed to allocate/i;
/** Flags of this process that are not for its children. */
const OWN_FLAGS = /^--(inspect|debug|max[-_]old[-_]space[-_]size|cpu-prof|heap-prof)/;

let containment: Promise<Containment> | undefined;

/**
 * Carries out one attempt in a Node process of its own, which loads the module that defines the handler. Whatever that
 * process does, the attempt ends, and this one lives: an exit, a signal, or running out of memory or processor time
 * fails the attempt with a code that says so. At `ctx.signal` it is asked to end, at `ctx.kill` all of it is killed.
 */
export async function runIsolated(ctx: KindContext, module: string): Promise<unknown> {
  containment ??= findContainment();
  const process_ = startChild(await containment, ctx.run.limits ?? {});
  using _ = stopWithContext({ signal: termSignal(ctx), kill: ctx.kill }, process_);
  const said = converse(ctx, module, process_);
  const ended = await process_.ended.catch((error: Error) => {
    throw new ProcessFailure(`The handler's process could not be started: ${error.message}`, 'SPAWN_FAILED');
  });
  const { outcome, outOfMemory, overflowed } = said.done();
  if (outcome) return conclude(outcome, ctx);
  if (outOfMemory) throw new ProcessFailure(memoryMessage(ctx), 'OUT_OF_MEMORY');
  if (overflowed) throw new NoRetry('The handler told more at once than can be taken', { code: 'RESULT_TOO_LARGE' });
  throw endedWithout(ended, ctx);
}

function startChild(containment: Containment, { memoryMb, cpuSeconds }: Limits) {
  const flags = [
    ...process.execArgv.filter((flag) => !OWN_FLAGS.test(flag)),
    ...(memoryMb ? [`--max-old-space-size=${memoryMb}`] : []),
  ];
  const argv = [process.execPath, ...flags, CHILD_PROGRAM];
  return startContained({
    argv: containedCommand(containment, argv, {
      cpuSeconds,
      // The heap has its own limit; this one is for what lies beside it, like buffers.
      ...(memoryMb && process.platform === 'linux' && { dataMb: memoryMb + NODE_RESERVES_MB }),
    }),
    cwd: process.cwd(),
    messages: true,
  });
}

/** Aborted a little after `ctx.signal`. */
function termSignal(ctx: KindContext): AbortSignal {
  const late = new AbortController();
  const arm = () => setTimeout(() => late.abort(), TERM_AFTER_MS).unref();
  if (ctx.signal.aborted) arm();
  else ctx.signal.addEventListener('abort', arm, { once: true });
  return late.signal;
}

/** Gives the process its task, passes on what it tells, and keeps how it says the attempt has ended. */
function converse(ctx: KindContext, module: string, process_: ContainedProcess) {
  const mib = OUTPUT_BYTES / 1024 / 1024;
  const budget = { left: OUTPUT_BYTES, onSpent: () => ctx.logger.warn(`Output beyond ${mib} MiB is not kept`) };
  const stdout = new OutputLines(budget, (line) => ctx.line('INFO', 'STDOUT', line), ctx.redactor);
  const stderr = new OutputLines(budget, (line) => ctx.line('WARN', 'STDERR', line), ctx.redactor);
  let outcome: ChildOutcome | undefined;
  let outOfMemory = false;
  process_.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
  process_.stderr.on('data', (chunk: Buffer) => {
    if (OUT_OF_MEMORY.test(chunk.toString('latin1'))) outOfMemory = true;
    stderr.push(chunk);
  });
  const hear = (value: unknown) => {
    const parsed = FromChild.safeParse(value);
    if (!parsed.success || outcome) return;
    if (parsed.data.type === 'ask-secret') answer?.(answerSecret(ctx, parsed.data));
    else outcome = passOn(ctx, parsed.data);
    if (outcome) setTimeout(() => process_.kill(), EXIT_MS).unref();
  };
  const lines = new JsonLines(hear, () => process_.kill());
  const { messages } = process_;
  const answer = messages && jsonAnswers(messages);
  messages?.on('data', (chunk: Buffer) => lines.push(chunk));
  const tell = (message: ToChild) => messages?.writable && messages.write(`${JSON.stringify(message)}\n`);
  const abort = () => {
    const { name, message } = ctx.signal.reason as DOMException;
    tell({ type: 'abort', name, message });
  };
  tell({ type: 'task', module, run: { ...ctx.run, input: ctx.input as never }, attempt: ctx.attempt });
  if (ctx.signal.aborted) abort();
  else ctx.signal.addEventListener('abort', abort, { once: true });
  return {
    done() {
      ctx.signal.removeEventListener('abort', abort);
      stdout.end();
      stderr.end();
      return { outcome, outOfMemory, overflowed: lines.overflowed };
    },
  };
}

/** Never rejects. The context remembers what it gave, and takes it out of all that is passed on from here. */
async function answerSecret(ctx: KindContext, { id, name }: { id: number; name: string }): Promise<ToChild> {
  try {
    return { type: 'secret', id, value: await ctx.secret(name) };
  } catch (thrown) {
    return { type: 'no-secret', id, error: outcomeError(thrown) };
  }
}

function outcomeError(thrown: unknown): AttemptError {
  const outcome = outcomeOfThrown(thrown, Date.now());
  return outcome.kind === 'failed' ? outcome.error : describeThrown(thrown);
}

/** Logs, progress and heartbeats are passed on; the outcome is how the attempt ends. */
function passOn(ctx: KindContext, message: Exclude<FromChild, { type: 'ask-secret' }>): ChildOutcome | undefined {
  switch (message.type) {
    case 'log':
      ctx.line(message.level, message.stream, message.message);
      return undefined;
    case 'progress':
      ctx.progress(message.percent, message.message);
      return undefined;
    case 'heartbeat':
      ctx.heartbeat();
      return undefined;
    case 'outcome':
      ctx.linesLost(message.unsent);
      return message.outcome;
    default:
      return message satisfies never;
  }
}

/** Returns or throws what the handler returned or threw. */
function conclude(outcome: ChildOutcome, ctx: KindContext): unknown {
  switch (outcome.kind) {
    case 'succeeded':
      return outcome.result;
    case 'snoozed':
      throw new Snooze(Math.max(0, outcome.until - Date.now()), outcome.reason);
    case 'failed': {
      const { message, stack, code, retryable } = outcome.error;
      const noMemory = ctx.run.limits?.memoryMb !== undefined && NO_ALLOCATION.test(message);
      const error = outcome.retryAt === undefined ? new Error(message) : new RetryAt(outcome.retryAt, message);
      if (stack) error.stack = stack;
      else delete error.stack;
      const known = noMemory ? 'OUT_OF_MEMORY' : code;
      throw Object.assign(error, known !== undefined && { code: known }, retryable === false && { retryable });
    }
    default:
      return outcome satisfies never;
  }
}

function endedWithout(ended: { code: number | null; signal: NodeJS.Signals | null }, ctx: KindContext): ProcessFailure {
  const signal = ended.signal ?? signalOf(ended.code ?? 0);
  if (signal === 'SIGXCPU') {
    const seconds = ctx.run.limits?.cpuSeconds;
    return new ProcessFailure(`The handler used more than its ${seconds} s of processor time`, 'CPU_TIME_EXCEEDED');
  }
  if (signal) return new ProcessFailure(`The handler's process was ended by ${signal}`, signal);
  const message = `The handler ended its process with exit code ${ended.code} instead of returning`;
  return new ProcessFailure(message, `EXIT_${ended.code}`);
}

/** A shell tells of a signal by 128 and its number. */
function signalOf(code: number): NodeJS.Signals | undefined {
  const found = Object.entries(constants.signals).find(([, number]) => number === code - 128);
  return code > 128 ? (found?.[0] as NodeJS.Signals | undefined) : undefined;
}

const memoryMessage = (ctx: KindContext): string =>
  ctx.run.limits?.memoryMb
    ? `The handler used more than its ${ctx.run.limits.memoryMb} MiB of memory`
    : 'The handler used more memory than Node gives a process; limits.memoryMb sets how much that is';
