import { setTimeout as wait } from 'node:timers/promises';
import type { Json, RunDefinition } from '@jobflow/contracts';
import { type Containment, findContainment } from '@jobflow/platform';
import { beforeAll, describe, expect, it } from 'vitest';
import { gone, isAlive, nap, pidOf, started } from '../../testing/processes.js';
import { type FakeContext, failure, fakeContext, lineStarting } from '../fake-context.js';
import { createShellKind } from './shell-kind.js';

let found: Containment;
beforeAll(async () => {
  found = await findContainment();
});

const secretEnv = { PATH: process.env.PATH, NATS_URL: 'nats://user:canary@host', LANG: 'C.UTF-8' };
const start = (context: FakeContext, containment = found) => {
  const kind = createShellKind({ containment, env: secretEnv });
  if (!kind.enabled) throw new Error('not enabled');
  return Promise.resolve(kind.run(context));
};
const run = (spec: Json, input: Json = {}, fields: Partial<RunDefinition> = {}) => {
  const context = fakeContext(spec, input, fields);
  return { context, result: start(context) };
};
describe('a shell job', () => {
  it('gets its arguments, its input on standard input and in JOBFLOW_INPUT, and its own variables', async () => {
    const script = 'echo "$1|$2"; cat; echo "$JOBFLOW_INPUT"; echo "$MINE $JOBFLOW_JOB $JOBFLOW_ATTEMPT"; pwd';
    const { context, result } = run(
      { script, args: ['{{input.name}}', 'b c'], env: { MINE: '{{input.n}}' } },
      { name: 'a; $(exit 1)', n: 5 },
    );
    await result;
    const input = '{"name":"a; $(exit 1)","n":5}';
    expect(context.lines.slice(0, 4)).toEqual([
      'STDOUT a; $(exit 1)|b c',
      `STDOUT ${input}`,
      `STDOUT ${input}`,
      'STDOUT 5 tested 1',
    ]);
    expect(context.lines[4]).toMatch(/jobflow-run-/);
  });

  it('has as its result the last line if that is JSON, else the end of its output, else nothing', async () => {
    expect(await run({ script: `echo working; echo '{"n":1}'` }).result).toEqual({ n: 1 });
    expect(await run({ script: 'echo one; echo two' }).result).toBe('one\ntwo');
    expect(await run({ script: 'true' }).result).toBeUndefined();
  });

  it('fails with its exit code, and tells its two streams apart', async () => {
    const { context, result } = run({ script: 'echo out; echo err >&2; exit 3' });
    expect(await failure(result)).toMatchObject({
      code: 'EXIT_3',
      message: 'The script ended with exit code 3: err',
    });
    expect(context.lines.sort()).toEqual(['STDERR err', 'STDOUT out']);
  });

  it('passes lines on while it runs', async () => {
    const { context, result } = run({ script: 'echo first; read -r go < /dev/null; sleep 0.4; echo last' });
    await lineStarting(context, 'STDOUT first');
    expect(context.lines).not.toContain('STDOUT last');
    await result;
    expect(context.lines).toContain('STDOUT last');
  });

  it('sees nothing of the executor’s environment, nor of its process', async () => {
    const { context, result } = run({ script: 'env; cat /proc/$PPID/environ 2>/dev/null | tr "\\0" "\\n"; echo end' });
    await result;
    expect(context.lines.join('\n')).not.toContain('canary');
    expect(context.lines.join('\n')).not.toContain(`HOME=${process.env.HOME}`);
  });

  it('ends when it is asked to', async () => {
    const { context, result } = run({ script: 'while true; do sleep 0.1; done & echo "started"; wait' });
    await lineStarting(context, 'STDOUT started');
    const asked = Date.now();
    context.ask();
    expect(await failure(result)).toBeInstanceOf(Error);
    expect(Date.now() - asked).toBeLessThan(1_000);
  });

  it('is killed with everything it started, also what left its group', async () => {
    const script = `trap '' TERM; setsid ${nap(300)} & echo "mark"; while true; do sleep 1; done`;
    const { context, result } = run({ script });
    await lineStarting(context, 'STDOUT mark');
    const sleeper = await started(nap(300));
    context.ask();
    await wait(150);
    context.end();
    expect(await failure(result)).toBeInstanceOf(Error);
    if (found.namespace) expect(await gone(sleeper, 1_000)).toBe(true);
    else if (isAlive(sleeper)) process.kill(sleeper, 'SIGKILL');
  });

  it('leaves nothing running behind when it ends by itself', async () => {
    const bare: Containment = { prefix: [], namespace: false, prlimit: false };
    for (const containment of [found, bare]) {
      const script = `${nap(301)} & until grep -q sleep "/proc/$!/comm"; do :; done; echo '"left"'`;
      expect(await start(fakeContext({ script }), containment)).toBe('left');
      const left = pidOf(nap(301));
      expect(left === 0 || (await gone(left, 1_000))).toBe(true);
    }
  });

  it('may print 1 MiB', async () => {
    const { context, result } = run({ script: 'yes 0123456789 | head -c 3000000; echo; echo "[1]"' });
    expect(await result).toEqual([1]);
    expect(context.lines.some((line) => line.startsWith('LOG Output beyond 1 MiB'))).toBe(true);
    expect(context.lines.join('\n').length).toBeLessThan(2.5 * 1024 * 1024);
  });

  it('is told which of its limits it met', async () => {
    if (!found.prlimit) return;
    const spinning = run({ script: 'while :; do :; done' }, {}, { limits: { cpuSeconds: 1 } });
    expect(await failure(spinning.result)).toMatchObject({
      code: 'CPU_TIME_EXCEEDED',
      message: 'The job used more than its 1 s of processor time',
    });
    const deaf = run({ script: "trap '' XCPU; while :; do :; done" }, {}, { limits: { cpuSeconds: 1 } });
    expect(await failure(deaf.result)).toMatchObject({ code: 'CPU_TIME_EXCEEDED' });
    const greedy = run(
      { script: 'head -c 300000000 /dev/zero | tail -n 1 > /dev/null' },
      {},
      { limits: { memoryMb: 64 } },
    );
    expect(await failure(greedy.result)).toMatchObject({ code: 'OUT_OF_MEMORY' });
    const opening = run({ script: 'echo "$(ulimit -n) $(ulimit -c)"' });
    expect(await opening.result).toBe('1024 0');
  });

  it('gets secrets in its variables, and shows none of them, in whatever pieces it prints them', async () => {
    const context = fakeContext({
      script: `printf %s "$TOKEN" | head -c 6; sleep 0.1; printf '%s\\n' "$TOKEN" | tail -c +7; printf %s "$TOKEN" | base64
        head -c 5455 /dev/zero | tr '\\0' x; echo "$TOKEN"; echo "$TOKEN" >&2; printf %s "$TOKEN" | head -c 8 >&2; exit 4`,
      env: { TOKEN: '{{secrets.api-token}}' },
    });
    context.secrets['api-token'] = 'hunter2-hunter2-hunter2';
    const error = await failure(start(context));
    const told = context.lines.join('\n');
    expect(told).not.toMatch(/hunter|2-hun/);
    expect(told).not.toContain(Buffer.from('hunter2-hunter2').toString('base64').slice(0, 18));
    expect(context.lines).toContain('STDERR ***');
    expect(error).toMatchObject({ code: 'EXIT_4', message: 'The script ended with exit code 4: ***' });
  });

  it('ends when its secret does not exist', async () => {
    expect(await failure(run({ script: 'true', env: { A: '{{secrets.none}}' } }).result)).toMatchObject({
      code: 'SECRET_MISSING',
    });
  });

  it('refuses a template in its script, where input would be code', async () => {
    expect(await failure(run({ script: 'echo {{input.x}}' }).result)).toMatchObject({
      code: 'BAD_SPEC',
      name: 'NoRetry',
    });
  });

  it('works without namespaces and limits too', async () => {
    const bare: Containment = { prefix: [], namespace: false, prlimit: false };
    expect(await start(fakeContext({ script: 'echo \'"bare"\'' }), bare)).toBe('bare');
    const context = fakeContext({ script: `${nap(302)} & ${nap(303)}` });
    const result = start(context, bare);
    const both = [await started(nap(302)), await started(nap(303))];
    context.end();
    expect(await failure(result)).toBeInstanceOf(Error);
    for (const pid of both) expect(await gone(pid, 1_000)).toBe(true);
  });
});
