import type { Json, LogStream } from '@jobflow/contracts';
import {
  type ContainedProcess,
  type Containment,
  containedCommand,
  jobEnvironment,
  OUTPUT_BYTES,
  type OutputBudget,
  OutputLines,
  startContained,
  stopWithContext,
} from '@jobflow/platform';
import { type KindContext, NoRetry } from '@jobflow/sdk';
import { OutputTail } from '../../process/output-tail.js';
import { makeRunDirectory, removeRunDirectory } from '../../process/run-directory.js';
import { fillTemplates, templateScope } from '../fill-templates.js';
import { JobError } from '../job-error.js';
import { parseSpec } from '../parse-spec.js';
import { exceededLimit } from './exceeded-limit.js';
import { programResult } from './program-result.js';
import { holdsTemplate, ProgramSpec } from './program-spec.js';

/** An environment entry is limited by the system to 128 KiB. */
const INPUT_ENV_BYTES = 64 * 1024;
const ERRORS_BYTES = 8 * 1024;
const LAST_LINE = 300;

export interface ProgramKindOptions {
  containment: Containment;
  env: NodeJS.ProcessEnv;
}

/** What runs a script: `/bin/sh`, `python3`. */
export interface Interpreter {
  /** In words, at the beginning of a sentence. */
  name: string;
  /** The command line for a script. @param home the run's own directory, for a script that must be a file */
  command(script: string, home: string): string[] | Promise<string[]>;
}

/**
 * Runs a job's script in a process of its own: `args` as its arguments, the input as JSON on standard input and, up to
 * 64 KiB, in JOBFLOW_INPUT. Its working directory is a fresh one, removed afterwards. SIGTERM at the soft limit and on
 * cancellation, SIGKILL for whatever is left.
 */
export async function runProgram(
  ctx: KindContext,
  interpreter: Interpreter,
  { containment, env }: ProgramKindOptions,
): Promise<Json | undefined> {
  const { script, args, env: own } = await readSpec(ctx);
  const input = JSON.stringify(ctx.input ?? null);
  const home = await makeRunDirectory();
  try {
    const command = await interpreter.command(script, home);
    const process = startContained({
      argv: containedCommand(containment, [...command, ...args], ctx.run.limits ?? {}),
      cwd: home,
      env: jobEnvironment(env, home, {
        JOBFLOW_RUN_ID: ctx.runId,
        JOBFLOW_JOB: ctx.job,
        JOBFLOW_ATTEMPT: String(ctx.attempt),
        ...(Buffer.byteLength(input) <= INPUT_ENV_BYTES && { JOBFLOW_INPUT: input }),
        ...own,
      }),
    });
    process.stdin.end(`${input}\n`);
    return await finish(ctx, interpreter, process);
  } finally {
    await removeRunDirectory(home);
  }
}

async function finish(ctx: KindContext, { name }: Interpreter, process: ContainedProcess): Promise<Json | undefined> {
  using _ = stopWithContext(ctx, process);
  const startedAt = performance.now();
  const tail = new OutputTail();
  const errors = new OutputTail(ERRORS_BYTES);
  const budget = { left: OUTPUT_BYTES, onSpent: () => tellCut(ctx) };
  const stdout = linesOf(ctx, 'STDOUT', budget);
  const stderr = linesOf(ctx, 'STDERR', budget);
  process.stdout.on('data', (chunk: Buffer) => {
    tail.push(chunk);
    stdout.push(chunk);
  });
  process.stderr.on('data', (chunk: Buffer) => {
    errors.push(chunk);
    stderr.push(chunk);
  });
  const { code, signal } = await process.ended.catch((error: Error) => {
    throw new JobError(`${name} could not be started: ${error.message}`, 'SPAWN_FAILED');
  });
  stdout.end();
  stderr.end();
  if (code === 0) return programResult(tail, (text) => ctx.redactor.cutText(text));
  const end = { code, signal, errors: errors.text, ranMs: performance.now() - startedAt };
  const exceeded = exceededLimit(end, ctx.run.limits ?? {});
  if (exceeded) throw exceeded;
  if (signal) throw new JobError(`The script was ended by ${signal}`, signal);
  throw new JobError(`The script ended with exit code ${code}${lastWords(ctx, end.errors)}`, `EXIT_${code}`);
}

/** Programs say at their end what was wrong. */
function lastWords(ctx: KindContext, errors: string): string {
  const line = ctx.redactor.cutText(errors.trimEnd()).split('\n').at(-1)?.trim() ?? '';
  return line && `: ${line.slice(0, LAST_LINE)}`;
}

function linesOf(ctx: KindContext, stream: LogStream, budget: OutputBudget): OutputLines {
  const level = stream === 'STDERR' ? 'WARN' : 'INFO';
  return new OutputLines(budget, (line) => ctx.line(level, stream, line), ctx.redactor);
}

const tellCut = (ctx: KindContext) =>
  ctx.line('WARN', 'LOG', `Output beyond ${OUTPUT_BYTES / 1024 / 1024} MiB is not kept`);

async function readSpec(ctx: KindContext): Promise<ProgramSpec> {
  const { args, env, ...rest } = (ctx.run.spec ?? {}) as Record<string, Json>;
  const parts = { ...(args !== undefined && { args }), ...(env !== undefined && { env }) };
  const filled = fillTemplates(parts, await templateScope(ctx, parts));
  const spec = parseSpec(ProgramSpec, { ...rest, ...(filled as object) });
  if (holdsTemplate(spec.script)) {
    throw new NoRetry(
      'spec.script: templates are not filled in a script, where input would become code; put them into args or env',
      { code: 'BAD_SPEC' },
    );
  }
  return spec;
}
