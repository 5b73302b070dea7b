import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { KindRunner } from '@jobflow/sdk';
import { type Interpreter, type ProgramKindOptions, runProgram } from '../program/run-program.js';
import type { FoundPython } from './find-python.js';

/** -I: no variables, no site of the user and no working directory decide what is imported. -u: lines come as they are. */
const FLAGS = ['-I', '-u', '-X', 'utf8'];

export interface PythonKindOptions extends ProgramKindOptions {
  python: FoundPython;
}

/** PYTHON jobs: `python3 script`, with `args` as sys.argv[1:]. */
export function createPythonKind({ python, ...options }: PythonKindOptions): KindRunner {
  if (!python.ok) return { kind: 'PYTHON', enabled: false, nowhere: false, reason: python.reason };
  const interpreter: Interpreter = {
    name: 'Python',
    async command(script, home) {
      const file = join(home, 'job.py');
      await writeFile(file, script);
      return [python.path, ...FLAGS, file];
    },
  };
  return { kind: 'PYTHON', enabled: true, run: (ctx) => runProgram(ctx, interpreter, options) };
}
