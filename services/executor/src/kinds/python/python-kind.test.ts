import type { Json, RunDefinition } from '@jobflow/contracts';
import { type Containment, findContainment } from '@jobflow/platform';
import { beforeAll, describe, expect, it } from 'vitest';
import { gone, isAlive, nap, started } from '../../testing/processes.js';
import { type FakeContext, failure, fakeContext, lineStarting } from '../fake-context.js';
import { type FoundPython, findPython } from './find-python.js';
import { createPythonKind } from './python-kind.js';

let containment: Containment;
let python: FoundPython;
beforeAll(async () => {
  containment = await findContainment();
  python = await findPython(process.env);
});

const env = { PATH: '/usr/bin:/bin', NATS_URL: 'nats://user:canary@host', PYTHONPATH: '/canary' };
const start = (context: FakeContext) => {
  const kind = createPythonKind({ containment, python, env });
  if (!kind.enabled) throw new Error(kind.reason);
  return Promise.resolve(kind.run(context));
};
const run = (spec: Json, input: Json = {}, fields: Partial<RunDefinition> = {}) => {
  const context = fakeContext(spec, input, { kind: 'PYTHON', ...fields });
  return { context, result: start(context) };
};

describe('a Python job', () => {
  it('gets its arguments, its input on standard input and in JOBFLOW_INPUT, and its result is its last line', async () => {
    const script = `
import json, os, sys
data = json.load(sys.stdin)
print("hällo", sys.argv[1:])
assert data == json.loads(os.environ["JOBFLOW_INPUT"])
print(json.dumps({"sum": data["a"] + data["b"], "mine": os.environ["MINE"], "job": os.environ["JOBFLOW_JOB"]}))
`;
    const spec = { script, args: ['{{input.a}}', 'b; c'], env: { MINE: '{{input.b}}' } };
    const { context, result } = run(spec, { a: 2, b: 3 });
    expect(await result).toEqual({ sum: 5, mine: '3', job: 'tested' });
    expect(context.lines[0]).toBe(`STDOUT hällo ['2', 'b; c']`);
  });

  it('passes lines on while it runs, and tells its two streams apart', async () => {
    const script = 'import sys, time\nprint("first")\nprint("aside", file=sys.stderr)\ntime.sleep(0.5)\nprint("last")';
    const { context, result } = run({ script });
    await lineStarting(context, 'STDOUT first');
    await lineStarting(context, 'STDERR aside');
    expect(context.lines).not.toContain('STDOUT last');
    expect(await result).toBe('first\nlast');
  });

  it('fails with its exit code, and says what its traceback ends with', async () => {
    expect(await failure(run({ script: 'def f():\n  return 1 / 0\nf()' }).result)).toMatchObject({
      code: 'EXIT_1',
      message: 'The script ended with exit code 1: ZeroDivisionError: division by zero',
    });
    expect(await failure(run({ script: 'import sys; sys.exit(7)' }).result)).toMatchObject({ code: 'EXIT_7' });
    expect((await failure(run({ script: 'print(' }).result))?.message).toContain('SyntaxError');
  });

  it('sees nothing of the executor’s environment, of its process, or of its directories', async () => {
    const script =
      'import os, sys\nprint(dict(os.environ))\nprint(sys.path)\nprint(open(f"/proc/{os.getppid()}/environ").read())';
    const { context, result } = run({ script, env: { PYTHONPATH: '/planted' } });
    await result;
    expect(context.lines.join('\n')).not.toContain('canary');
    expect(context.lines.join('\n')).not.toContain(process.cwd());
    expect(context.lines.find((line) => line.startsWith('STDOUT ['))).not.toContain('/planted');
  });

  it('is told which of its limits it met', async () => {
    if (!containment.prlimit) return;
    const greedy = run({ script: 'x = "x" * (300 * 1024 * 1024)' }, {}, { limits: { memoryMb: 128 } });
    expect(await failure(greedy.result)).toMatchObject({
      code: 'OUT_OF_MEMORY',
      message: 'The job used more than its 128 MiB of memory',
    });
    const spinning = run({ script: 'while True: pass' }, {}, { limits: { cpuSeconds: 1 } });
    expect(await failure(spinning.result)).toMatchObject({ code: 'CPU_TIME_EXCEEDED' });
  });

  it('is killed with everything it started, also what left its group', async () => {
    const script = `
import signal, subprocess, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
subprocess.Popen("${nap(311)}".split(), start_new_session=True)
print("mark")
while True: time.sleep(1)`;
    const { context, result } = run({ script });
    await lineStarting(context, 'STDOUT mark');
    const sleeper = await started(nap(311));
    context.ask();
    context.end();
    expect(await failure(result)).toBeInstanceOf(Error);
    if (containment.namespace) expect(await gone(sleeper, 1_000)).toBe(true);
    else if (isAlive(sleeper)) process.kill(sleeper, 'SIGKILL');
  });

  it('ends at SIGTERM when it is asked to', async () => {
    const { context, result } = run({ script: 'import time\nprint("started")\ntime.sleep(60)' });
    await lineStarting(context, 'STDOUT started');
    const asked = Date.now();
    context.ask();
    expect(await failure(result)).toBeInstanceOf(Error);
    expect(Date.now() - asked).toBeLessThan(1_000);
  });

  it('refuses a template in its script, where input would be code', async () => {
    expect(await failure(run({ script: 'print("{{input.x}}")' }).result)).toMatchObject({ code: 'BAD_SPEC' });
  });

  it('is switched off, with the reason, where there is no Python', async () => {
    for (const [where, words] of [
      [{ PATH: '/nonexistent' }, /not found as python3 on PATH/],
      [{ PATH: process.env.PATH, JOBFLOW_PYTHON: '/no/python' }, /not found at JOBFLOW_PYTHON \(\/no\/python\)/],
      [{ PATH: process.env.PATH, JOBFLOW_PYTHON: '/bin/echo' }, /echo is something else/],
    ] as const) {
      const missing = await findPython(where);
      const kind = createPythonKind({ containment, python: missing, env });
      expect(kind).toMatchObject({ enabled: false, nowhere: false, reason: expect.stringMatching(words) });
    }
  });
});
