import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Json, RunDefinition } from '@jobflow/contracts';
import { type Containment, findContainment } from '@jobflow/platform';
import { beforeAll, describe, expect, it } from 'vitest';
import { type FakeContext, failure, fakeContext } from '../fake-context.js';
import { createJavaScriptKind } from './javascript-kind.js';

const child = fileURLToPath(new URL('./javascript-child.mts', import.meta.url));
let found: Containment;
beforeAll(async () => {
  found = await findContainment();
});

const run = (
  code: string,
  input: Json = {},
  fields: Partial<RunDefinition> = {},
  secrets: Record<string, string> = {},
) => {
  const kind = createJavaScriptKind({
    containment: found,
    env: { PATH: process.env.PATH, NATS_URL: 'nats://canary@host' },
    child,
  });
  if (!kind.enabled) throw new Error('not enabled');
  const context = fakeContext({ code }, input, fields);
  Object.assign(context.secrets, secrets);
  return { context, result: Promise.resolve(kind.run(context)) };
};
const said = async (context: FakeContext, line: string) => {
  while (!context.lines.includes(line)) await wait(10);
};

describe('a JavaScript job', () => {
  it.each([
    ['the body of a function', 'return { sum: input.a + input.b }'],
    ['an async arrow function', 'async (input) => ({ sum: input.a + input.b })'],
    ['a function', 'function add({ a, b }) { return { sum: a + b } }'],
    ['an expression', '({ sum: input.a + input.b })'],
    ['a module', 'import { sep } from "node:path";\nexport default ({ a, b }) => ({ sum: a + b });'],
    ['a body that awaits', 'await new Promise((done) => setTimeout(done, 5)); return { sum: input.a + input.b }'],
  ])('may be %s', async (_, code) => {
    expect(await run(code, { a: 1, b: 2 }).result).toEqual({ sum: 3 });
  });

  it('logs, prints and tells its progress', async () => {
    const code =
      'async (input, { log, progress }) => { log("hello"); log.warn("careful", { n: 1 }); progress(50, "half"); console.log("printed"); }';
    const { context, result } = run(code);
    expect(await result).toBeUndefined();
    expect(context.lines).toEqual(expect.arrayContaining(['LOG hello', 'LOG careful {"n":1}', 'STDOUT printed']));
    expect(context.told).toEqual([{ percent: 50, message: 'half' }]);
  });

  it('gets secrets, and shows none in what it logs and prints, or where a long line is cut', async () => {
    const value = 'hunter2-hunter2 \u2028 \n-----END';
    const other = 'a-secret-of-one-line';
    const code = `async (input, { secret, log }) => {
      const [value, again, other] = await Promise.all([secret('api-token'), secret('api-token'), secret('other')]);
      log.warn('with ' + value, { value });
      console.log(value);
      console.error((other + '-').repeat(2_000));
      return [value.length, again === value, other.length];
    }`;
    const { context, result } = run(code, {}, {}, { 'api-token': value, other });
    expect(await result).toEqual([value.length, true, other.length]);
    const told = context.lines.join('\n');
    expect(told).toContain('LOG with ***');
    expect(told).toContain('STDOUT ***');
    expect(told).toContain('STDERR ***-***');
    expect(told).not.toMatch(/hunter2|-END|secret|one-line/);
  });

  it('fails when it asks for a secret that does not exist, unless it catches that', async () => {
    const wanted = run('return await context.secret("nope")').result;
    expect(await failure(wanted)).toMatchObject({
      code: 'SECRET_MISSING',
      retryable: false,
      message: 'There is no secret named nope',
    });
    const caught = 'try { await context.secret("nope") } catch (error) { return error.code }';
    expect(await run(caught).result).toBe('SECRET_MISSING');
  });

  it.each(['', 'await context.secret("t");'])('ends when nothing is left that it could wait for: %j', async (begin) => {
    const code = `${begin} await new Promise(() => {})`;
    expect(await failure(run(code, {}, {}, { t: 'value' }).result)).toMatchObject({ code: 'EXIT_13' });
  });

  it('fails with what it threw, and where', async () => {
    const error = await failure(run('\nthrow Object.assign(new Error("no luck"), { code: "LUCK" })').result);
    expect(error).toMatchObject({ message: 'no luck', code: 'LUCK' });
    expect(error?.stack).toContain('job.js:2');
    expect(error?.stack).not.toContain('javascript-child');
    expect(await failure(run('return (').result)).toMatchObject({ message: expect.stringMatching(/Unexpected/) });
    expect(
      await failure(
        run('setTimeout(() => { throw new Error("stray") }); await new Promise(() => setTimeout(() => {}, 9000))')
          .result,
      ),
    ).toMatchObject({
      message: 'stray',
    });
  });

  it('decides about its retry', async () => {
    expect(await failure(run('(input, ctx) => ctx.noRetry("never", "FINAL")').result)).toMatchObject({
      code: 'FINAL',
      retryable: false,
    });
    expect(await failure(run('(input, ctx) => ctx.snooze(500)').result)).toMatchObject({ control: 'snooze', ms: 500 });
    expect(await failure(run('(input, ctx) => ctx.retryAt(500)').result)).toMatchObject({ control: 'retry-at' });
  });

  it('cannot read files, start processes, or see the executor’s environment', async () => {
    for (const code of [
      `return process.getBuiltinModule('node:fs').readFileSync('/etc/passwd', 'utf8')`,
      `return process.getBuiltinModule('node:fs').readFileSync('/proc/' + process.ppid + '/environ', 'utf8')`,
      `return String(process.getBuiltinModule('node:child_process').spawnSync('id').error ?? 'started')`,
    ]) {
      expect(await failure(run(code).result)).toMatchObject({ code: 'ERR_ACCESS_DENIED' });
    }
    expect(JSON.stringify(await run('return process.env').result)).not.toContain('canary');
  });

  it('is contained when it exits, takes too much memory or returns too much', async () => {
    expect(await failure(run('process.exit(7)').result)).toMatchObject({ code: 'EXIT_7' });
    const hog = 'const all = []; for (;;) all.push(new Array(1e5).fill(Math.random()))';
    expect(await failure(run(hog, {}, { limits: { memoryMb: 40 } }).result)).toMatchObject({ code: 'OUT_OF_MEMORY' });
    const hungry = `const all = []; for (let n = 0; n < 100; n++) all.push(new Array(1e5).fill(n + 0.5)); return all.length`;
    expect(await failure(run(hungry, {}, { limits: { memoryMb: 40 } }).result)).toMatchObject({
      code: 'OUT_OF_MEMORY',
    });
    expect(await run(hungry, {}, { limits: { memoryMb: 200 } }).result).toBe(100);
    expect(await failure(run('return "x".repeat(300 * 1024)').result)).toMatchObject({ code: 'RESULT_TOO_LARGE' });
    expect(await failure(run('const a = {}; a.a = a; return a').result)).toMatchObject({ code: 'RESULT_NOT_JSON' });
    expect(
      await failure(
        run(
          `const { writeSync } = process.getBuiltinModule('node:fs'); for (;;) { try { writeSync(3, 'z'.repeat(65536)) } catch {} }`,
        ).result,
      ),
    ).toMatchObject({
      code: 'RESULT_TOO_LARGE',
    });
  });

  it('has a limit for its buffers too, and for its processor time', async () => {
    if (!found.prlimit) return;
    const greedy = run('const all = []; for (;;) all.push(Buffer.alloc(64 * 1024 * 1024, 1));');
    expect(await failure(greedy.result)).toMatchObject({ code: 'OUT_OF_MEMORY' });
    const spinning = run('for (;;) {}', {}, { limits: { cpuSeconds: 1 } });
    expect(await failure(spinning.result)).toMatchObject({ code: 'CPU_TIME_EXCEEDED' });
  });

  it('ends when it is asked to, and is killed when it does not', async () => {
    const asked = run(
      'async (input, { signal, log }) => { log("started"); await new Promise((_, no) => { setTimeout(() => {}, 60000); signal.addEventListener("abort", () => no(signal.reason)) }) }',
    );
    await said(asked.context, 'LOG started');
    asked.context.ask();
    expect(await failure(asked.result)).toMatchObject({ message: 'The run is to end' });
    const killed = run('console.log("started"); for (;;) {}');
    await said(killed.context, 'STDOUT started');
    killed.context.ask();
    const before = Date.now();
    killed.context.end();
    expect(await failure(killed.result)).toBeInstanceOf(Error);
    expect(Date.now() - before).toBeLessThan(1_000);
  });
});
