import type { KindRunner } from '@jobflow/sdk';
import { type Interpreter, type ProgramKindOptions, runProgram } from '../program/run-program.js';

const shell: Interpreter = {
  name: 'The shell',
  command: (script) => ['/bin/sh', '-c', script, 'jobflow'],
};

/** SHELL jobs: `/bin/sh -c script`, with `args` as $1 …. */
export function createShellKind(options: ProgramKindOptions): KindRunner {
  return { kind: 'SHELL', enabled: true, run: (ctx) => runProgram(ctx, shell, options) };
}
