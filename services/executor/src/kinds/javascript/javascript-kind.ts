import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { type Json, limits } from '@jobflow/contracts';
import {
  type Containment,
  containedCommand,
  JsonLines,
  jobEnvironment,
  jsonAnswers,
  OUTPUT_BYTES,
  OutputLines,
  startContained,
  stopWithContext,
} from '@jobflow/platform';
import { type KindContext, type KindRunner, NoRetry, RetryAt, Snooze } from '@jobflow/sdk';
import { z } from 'zod';
import { JobError } from '../job-error.js';
import { parseSpec } from '../parse-spec.js';
import { exceededLimit } from '../program/exceeded-limit.js';
import { answerSecret } from './answer-secret.js';
import { ChildMessage, type ChildTask } from './child-messages.js';

const DEFAULT_MEMORY_MB = 256;
/** V8's own limit is for objects; this much more may be buffers, code and the runtime itself. */
const BESIDE_HEAP_MB = 1024;
/** How code hears that there is no memory for a buffer. */
const NO_BUFFER = /^(Failed to allocate memory|Array buffer allocation failed)$/;
const CHILD_PROGRAM = fileURLToPath(new URL('./javascript-child.mjs', import.meta.url));

const JavaScriptSpec = z.object({
  /** A function `async (input, { log, secret }) => result`, the body of one, or a module that exports one as default. */
  code: z.string().min(1),
});

export interface JavaScriptKindOptions {
  containment: Containment;
  env: NodeJS.ProcessEnv;
  /** The program that runs in the job's process. */
  child?: string;
}

/**
 * JAVASCRIPT jobs: each attempt in a Node process of its own, which may read no files, start no processes or threads and
 * load no native code, has a memory limit, and sees none of the executor's environment.
 */
export function createJavaScriptKind(options: JavaScriptKindOptions): KindRunner {
  return { kind: 'JAVASCRIPT', enabled: true, run: (ctx) => runJavaScript(ctx, options) };
}

async function runJavaScript(
  ctx: KindContext,
  { containment, env, child = CHILD_PROGRAM }: JavaScriptKindOptions,
): Promise<Json | undefined> {
  const { code } = parseSpec(JavaScriptSpec, ctx.run.spec);
  const { memoryMb = DEFAULT_MEMORY_MB, cpuSeconds } = ctx.run.limits ?? {};
  const flags = ['--permission', `--allow-fs-read=${child}`, `--max-old-space-size=${memoryMb}`, '--no-warnings'];
  const process_ = startContained({
    // The address space of V8 says nothing about its memory, so that limit is V8's own.
    argv: containedCommand(containment, [process.execPath, ...flags, child], {
      cpuSeconds,
      dataMb: memoryMb + BESIDE_HEAP_MB,
    }),
    cwd: tmpdir(),
    env: jobEnvironment(env, tmpdir(), {}),
    messages: true,
  });
  using _ = stopWithContext(ctx, process_);
  const startedAt = performance.now();
  const budget = {
    left: OUTPUT_BYTES,
    onSpent: () => ctx.logger.warn(`Output beyond ${OUTPUT_BYTES / 1024 / 1024} MiB is not kept`),
  };
  const stdout = new OutputLines(budget, (line) => ctx.line('INFO', 'STDOUT', line), ctx.redactor);
  const stderr = new OutputLines(budget, (line) => ctx.line('WARN', 'STDERR', line), ctx.redactor);
  let last: Ending | undefined;
  let outOfMemory = false;
  process_.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
  process_.stderr.on('data', (chunk: Buffer) => {
    if (chunk.includes('out of memory')) outOfMemory = true;
    stderr.push(chunk);
  });
  const { messages: channel } = process_;
  const answer = channel && jsonAnswers(channel);
  const messages = new JsonLines(
    (value) => {
      const message = ChildMessage.safeParse(value);
      if (!message.success) return;
      if (message.data.type === 'ask-secret') answer?.(answerSecret(ctx, message.data.name));
      else last = passOn(ctx, message.data) ?? last;
    },
    () => process_.kill(),
  );
  channel?.on('data', (chunk: Buffer) => messages.push(chunk));
  const { id, job, tags = [] } = ctx.run;
  const task: ChildTask = {
    code,
    input: (ctx.input ?? null) as Json,
    run: { id, job, attempt: ctx.attempt, tags },
    maxResultBytes: limits.resultBytes,
  };
  process_.stdin.end(JSON.stringify(task));

  const ended = await process_.ended.catch((error: Error) => {
    throw new JobError(`The job's process could not be started: ${error.message}`, 'SPAWN_FAILED');
  });
  stdout.end();
  stderr.end();
  if (last && !(last.type === 'failed' && NO_BUFFER.test(last.message))) return conclude(last);
  if (last || outOfMemory) throw new JobError(`The job used more than its ${memoryMb} MiB of memory`, 'OUT_OF_MEMORY');
  const exceeded = exceededLimit({ ...ended, errors: '', ranMs: performance.now() - startedAt }, { cpuSeconds });
  if (exceeded) throw exceeded;
  if (messages.overflowed)
    throw new NoRetry('The job told more at once than can be taken', { code: 'RESULT_TOO_LARGE' });
  throw new JobError(
    ended.signal
      ? `The job's process was ended by ${ended.signal}`
      : `The job ended its process with code ${ended.code}`,
    ended.signal ?? `EXIT_${ended.code}`,
  );
}

/** How the attempt ends. */
type Ending = Exclude<ChildMessage, { type: 'log' | 'progress' | 'ask-secret' }>;

/** Logs and progress are passed on; anything else is how the attempt ends. */
function passOn(ctx: KindContext, message: Exclude<ChildMessage, { type: 'ask-secret' }>): Ending | undefined {
  switch (message.type) {
    case 'log':
      ctx.line(message.level, 'LOG', message.message);
      return undefined;
    case 'progress':
      ctx.progress(message.percent, message.message);
      return undefined;
    default:
      return message;
  }
}

function conclude(message: Ending): Json | undefined {
  switch (message.type) {
    case 'done':
      return message.result;
    case 'snooze':
      throw new Snooze(message.ms, message.reason);
    case 'retry-at':
      throw new RetryAt(message.at, message.message);
    case 'failed': {
      const { message: text, stack, code, retryable } = message;
      const error = new Error(text);
      if (stack) error.stack = stack;
      else delete error.stack;
      throw Object.assign(error, code !== undefined && { code }, retryable === false && { retryable });
    }
    default:
      return message satisfies never;
  }
}
