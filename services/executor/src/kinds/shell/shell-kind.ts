import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Json, LogStream } from '@jobflow/contracts';
import { type KindContext, type KindRunner, NoRetry } from '@jobflow/sdk';
import { type ContainedProcess, startContained } from '../../process/contained-process.js';
import { type Containment, containedCommand } from '../../process/containment.js';
import { jobEnvironment } from '../../process/job-environment.js';
import { OUTPUT_BYTES, OutputLines } from '../../process/output-lines.js';
import { stopWithContext } from '../../process/stop-with-context.js';
import { fillTemplates, templateScope } from '../fill-templates.js';
import { JobError } from '../job-error.js';
import { parseSpec } from '../parse-spec.js';
import { OutputTail, shellResult } from './shell-result.js';
import { holdsTemplate, ShellSpec } from './shell-spec.js';

/** An environment entry is limited by the system to 128 KiB. */
const INPUT_ENV_BYTES = 64 * 1024;
/** The first process of a PID namespace ignores SIGTERM: this one only waits for the script, and ends with its code. */
const SHELL = ['/bin/sh', '-c', '/bin/sh -c "$@"; exit $?', 'jobflow'];

export interface ShellKindOptions {
  containment: Containment;
  env: NodeJS.ProcessEnv;
}

/**
 * SHELL jobs: `/bin/sh -c script`, with `args` as $1 …, the input as JSON on standard input and, up to 64 KiB, in
 * JOBFLOW_INPUT. Its working directory is a fresh one, removed afterwards. SIGTERM at the soft limit and on
 * cancellation, SIGKILL for whatever is left.
 */
export function createShellKind(options: ShellKindOptions): KindRunner {
  return { kind: 'SHELL', enabled: true, run: (ctx) => runShell(ctx, options) };
}

async function runShell(ctx: KindContext, { containment, env }: ShellKindOptions): Promise<Json | undefined> {
  const { script, args, own } = readSpec(ctx);
  const input = JSON.stringify(ctx.input ?? null);
  const home = await mkdtemp(join(tmpdir(), 'jobflow-run-'));
  try {
    const process = startContained({
      argv: containedCommand(containment, [...SHELL, script, 'jobflow', ...args], ctx.run.limits ?? {}),
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
    return await finish(ctx, process);
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

async function finish(ctx: KindContext, process: ContainedProcess): Promise<Json | undefined> {
  using _ = stopWithContext(ctx, process);
  const tail = new OutputTail();
  const budget = { left: OUTPUT_BYTES, onSpent: () => tellCut(ctx) };
  const stdout = linesOf(ctx, 'STDOUT', budget);
  const stderr = linesOf(ctx, 'STDERR', budget);
  process.stdout.on('data', (chunk: Buffer) => {
    tail.push(chunk);
    stdout.push(chunk);
  });
  process.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
  const { code, signal } = await process.ended.catch((error: Error) => {
    throw new JobError(`The shell could not be started: ${error.message}`, 'SPAWN_FAILED');
  });
  stdout.end();
  stderr.end();
  if (code === 0) return shellResult(tail);
  if (signal) throw new JobError(`The script was ended by ${signal}`, signal);
  throw new JobError(`The script ended with exit code ${code}`, `EXIT_${code}`);
}

function linesOf(ctx: KindContext, stream: LogStream, budget: { left: number; onSpent: () => void }): OutputLines {
  return new OutputLines(budget, (line) => ctx.line(stream === 'STDERR' ? 'WARN' : 'INFO', stream, line));
}

const tellCut = (ctx: KindContext) =>
  ctx.line('WARN', 'LOG', `Output beyond ${OUTPUT_BYTES / 1024 / 1024} MiB is not kept`);

function readSpec(ctx: KindContext) {
  const { args, env, ...rest } = (ctx.run.spec ?? {}) as Record<string, Json>;
  const filled = fillTemplates(
    { ...(args !== undefined && { args }), ...(env !== undefined && { env }) },
    templateScope(ctx),
  );
  const spec = parseSpec(ShellSpec, { ...rest, ...(filled as object) });
  if (holdsTemplate(spec.script)) {
    throw new NoRetry(
      'spec.script: templates are not filled in a script, where input would become code; put them into args ("$1") or env',
      { code: 'BAD_SPEC' },
    );
  }
  return { script: spec.script, args: spec.args, own: spec.env };
}
