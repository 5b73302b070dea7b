import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { KindContext } from '../attempt/attempt-context.js';
import { delayOf, instantOf, isAttemptControl, NoRetry, RetryAt } from './attempt-control.js';
import { defineHandler, isHandler } from './define-handler.js';
import { defineJob, isJob } from './define-job.js';
import { parseInput, toJsonSchema } from './input-schema.js';
import { jobStateOf } from './job-state.js';
import { runnerOf } from './runner-of.js';

const Input = z.object({ to: z.email(), copies: z.number().int().default(1) });

describe('a definition', () => {
  it('is recognised, and only as what it is', () => {
    const handler = defineHandler('a', {}, () => 1);
    const job = defineJob('b');
    expect([isHandler(handler), isJob(handler), isHandler(job), isJob(job)]).toEqual([true, false, false, true]);
    expect([isHandler(undefined), isHandler({ name: 'a', options: {}, handle: () => 1 }), isJob('b')]).toEqual([
      false,
      false,
      false,
    ]);
  });

  it.each([
    ['name', () => defineHandler('no spaces', {}, () => 1)],
    ['queue', () => defineHandler('a', { queue: 'Not.A.Token' }, () => 1)],
    ['priority', () => defineHandler('a', { priority: 11 }, () => 1)],
    ['tags', () => defineJob('a', { tags: Array.from({ length: 21 }, (_, n) => `t${n}`) })],
  ])('with a wrong %s is refused where it is written', (field, define) => {
    expect(define).toThrow(field);
  });

  it('becomes a job with every default filled in', () => {
    const { name, options } = defineHandler(
      'mail',
      {
        ...{ input: Input, timeout: 5_000, retry: { maxAttempts: 7 } },
        ...{ queue: 'letters', limits: { concurrency: 3, memoryMb: 64 }, guarantee: 'AT_MOST_ONCE' },
      },
      () => 1,
    );
    const state = jobStateOf(name, options, 42, 'system:worker');
    expect(state).toMatchObject({
      name: 'mail',
      kind: 'HANDLER',
      queue: 'letters',
      priority: 5,
      timeout: { hardMs: 5_000 },
      limits: { concurrency: 3, memoryMb: 64 },
      guarantee: 'AT_MOST_ONCE',
    });
    expect(jobStateOf('plain', {}, 42, 'system:worker')).toMatchObject({
      ...{ queue: 'default', limits: {}, guarantee: 'AT_LEAST_ONCE' },
    });
    expect(state.retry).toMatchObject({ maxAttempts: 7, backoff: 'EXPONENTIAL', jitter: 'FULL' });
    expect(state.inputSchema).toMatchObject({ type: 'object', required: ['to'] });
  });
});

describe('an input schema', () => {
  it('of zod applies defaults and names what is wrong', () => {
    expect(parseInput(Input, { to: 'a@b.co' })).toEqual({ ok: true, input: { to: 'a@b.co', copies: 1 } });
    expect(parseInput(Input, { to: 'nobody' })).toMatchObject({
      ok: false,
      message: expect.stringContaining('input.to'),
    });
  });

  it('is asked before the handler is called, which gets what it made of the input, or nothing at all', () => {
    const got: unknown[] = [];
    const call = runnerOf(defineHandler('mail', { input: Input }, ({ input }) => void got.push(input)));
    const given = (input: unknown): KindContext => {
      return { input, withInput: (made: unknown) => given(made) } as unknown as KindContext;
    };
    call(given({ to: 'a@b.co' }));
    expect(got).toEqual([{ to: 'a@b.co', copies: 1 }]);
    expect(() => call(given({ to: 'nobody' }))).toThrow(
      expect.objectContaining({
        ...{ control: 'no-retry', code: 'INVALID_INPUT', message: expect.stringContaining('input.to') },
      }),
    );
    expect(got).toHaveLength(1);
  });

  it('in JSON Schema stays as it is', () => {
    const schema = { type: 'object' };
    expect(toJsonSchema(schema)).toBe(schema);
    expect(parseInput(schema, { any: 1 })).toEqual({ ok: true, input: { any: 1 } });
  });
});

describe('options that could not work', () => {
  it.each([
    [{ retry: { maxAttempts: 0 } }, /retry\.maxAttempts/],
    [{ retry: { attempts: 3 } }, /retry.*attempts/],
    [{ timeout: 0 }, /timeout/],
    [{ timeout: { softMs: 20, hardMs: 10 } }, /timeout\.softMs: must not be above hardMs/],
    [{ timeout: { hard: 10 } }, /timeout.*hard/],
    [{ limits: { memoryMb: 0.5 } }, /limits\.memoryMb/],
    [{ limits: { memory: 64 } }, /limits\.memory/],
    [{ limits: { concurrency: 100_001 } }, /limits\.concurrency: must be 1 to 100000/],
    [{ limits: { rate: { limit: 1, perMs: 86_400_001 } } }, /limits\.rate\.perMs: must be 1 to 86400000/],
    [{ limits: { rate: { limit: 1_000_001, perMs: 1 } } }, /limits\.rate\.limit/],
    [{ limits: { concurrencyKey: 'a..b' } }, /limits\.concurrencyKey: must be a path/],
    [{ guarantee: 'ONCE' }, /guarantee/],
    [{ isolation: 'thread' }, /isolation/],
    [{ module: './here.js' }, /module/],
    [{ heartbeatMs: 1 }, /heartbeatMs/],
  ])('%j are refused where they are written, naming the field', (options, words) => {
    expect(() => defineHandler('job.name', options as never, () => 1)).toThrow(words);
    expect(() => defineHandler('job.name', options as never, () => 1)).toThrow(/"job\.name"/);
  });

  it.each([
    ['retires', /^job "mail": unknown option "retires"; there are title, .*retry, .*heartbeatMs$/],
    ['timeoutMs', /^job "mail": unknown option "timeoutMs"; did you mean "timeout"\?$/],
    ['Retry', /^job "mail": unknown option "Retry"; did you mean "retry"\?$/],
    ['spec', /^job "mail": unknown option "spec"; there are /],
  ])('%s, which there is not, is refused of a handler, also where options are spread', (option, words) => {
    const spread = { ...{ title: 'Mail', [option]: undefined }, queue: 'letters' };
    expect(() => defineHandler('mail', spread, () => 1)).toThrow(TypeError);
    expect(() => defineHandler('mail', spread, () => 1)).toThrow(words);
  });

  it('that there are not are refused of a job, and within a policy, with the one that was meant', () => {
    const define = (options: object) => () => defineJob('mail', options);
    expect(define({ knd: 'HTTP' })).toThrow('job "mail": unknown option "knd"; did you mean "kind"?');
    expect(define({ isolation: 'process' })).toThrow('job "mail": unknown option "isolation"; there are');
    expect(define({ retry: { maxAttemps: 3 } })).toThrow('"retry.maxAttemps"; did you mean "retry.maxAttempts"?');
    expect(define({ limits: { memory: 64 } })).toThrow('"limits.memory"; did you mean "limits.memoryMb"?');
  });

  it.each([
    [{ kind: 'HTTTP' }, /kind/],
    [{ kind: 'HTTP', spec: { url: 'https://example.com', method: 'FETCH' } }, /spec\.method: must be one of GET/],
    [{ kind: 'HTTP', spec: { url: 'https://{{inptu.host}}/' } }, /spec\.url: .*did you mean \{\{input\.host\}\}/],
    [{ spec: { url: 'https://example.com' } }, /spec\.url/],
    [{ kind: 'HTTP', spec: {} }, /spec\.url/],
    [{ kind: 'SHELL', spec: { script: 'echo {{input.x}}' } }, /spec\.script: may not hold templates/],
    [{ kind: 'SQL', spec: { connection: 'db', query: 'select 1' }, limits: { memoryMb: 64 } }, /limits\.memoryMb/],
  ])('%j are refused of a job without a handler as well', (options, words) => {
    expect(() => defineJob('job.name', options as never)).toThrow(words);
  });

  it.each([
    ['title', 201, /title: must/],
    ['description', 4_001, /description: must/],
    ['defaultInput', 256 * 1024, /defaultInput: is \d+ bytes/],
  ])('%s of %d characters is refused', (field, length, words) => {
    expect(() => defineHandler('a', { [field]: 'x'.repeat(length) }, () => 1)).toThrow(words);
  });

  it('are all that is refused', () => {
    const options = {
      retry: { maxAttempts: 2 },
      timeout: { softMs: 10, hardMs: 10 },
      heartbeatMs: 10,
      limits: { memoryMb: 64, cpuSeconds: 5, concurrency: 100_000 },
    } as const;
    expect(defineHandler('fine', options, () => 1).module).toBe(import.meta.url);
  });
});

describe('a definition that is called wrongly', () => {
  const name = 'the first argument must be the name of the job, a string, not';
  const write = `write defineHandler('mail.send', {}, async (ctx) => { … })`;
  it.each<[unknown[], string]>([
    [[], `defineHandler: ${name} undefined: ${write}`],
    [[7, {}, () => 1], `defineHandler: ${name} a number: ${write}`],
    [[{}, () => 1], `defineHandler: ${name} an object: ${write}`],
    [[() => 1], `defineHandler: ${name} a function: ${write}`],
    [['a'], 'job "a": the options and the handler are missing: write defineHandler("a", {}, async (ctx) => { … })'],
    [
      ['a', () => 1],
      'job "a": the options were left out, and a handler without any needs {}: write defineHandler("a", {}, handler)',
    ],
    [
      ['a', () => 1, { queue: 'q' }],
      'job "a": the options come before the handler: write defineHandler("a", options, handler)',
    ],
    [['a', {}], 'job "a": the handler is missing: write defineHandler("a", options, async (ctx) => { … })'],
    [
      ['a', {}, 'mail.js'],
      'job "a": the handler must be a function, not a string: write defineHandler("a", options, async (ctx) => { … })',
    ],
    [['a', null, () => 1], 'job "a": the options must be an object, not null'],
    [['a', undefined, () => 1], 'job "a": the options must be an object, not undefined'],
    [['a', [], () => 1], 'job "a": the options must be an object, not an array'],
  ])('says what is wrong and what to write: %#', (given, message) => {
    const define = () => (defineHandler as (...given: unknown[]) => unknown)(...given);
    expect(define).toThrow(TypeError);
    expect(define).toThrow(new TypeError(message));
  });

  it('says so of a job as well', () => {
    const define = defineJob as (...given: unknown[]) => unknown;
    expect(() => define()).toThrow(`defineJob: ${name} undefined: write defineJob('mail.send', { … })`);
    expect(() => define('a', null)).toThrow('job "a": the options must be an object, not null');
  });
});

describe('a control', () => {
  it('is recognised across copies of the package', () => {
    const foreign = Object.assign(new Error('x'), { jobflow: 'attempt-control', control: 'no-retry' });
    expect([new NoRetry('x'), new RetryAt(1), foreign, new Error('x'), undefined].map(isAttemptControl)).toEqual([
      true,
      true,
      true,
      false,
      false,
    ]);
  });

  it('takes a Date or milliseconds from now, and no epoch by mistake', () => {
    expect(instantOf(new Date(5_000), 1_000)).toBe(5_000);
    expect(instantOf(250, 1_000)).toBe(1_250);
    expect(() => instantOf(Date.now() + 1_000, Date.now())).toThrow(/milliseconds from now/);
    expect(() => instantOf(new Date('never'), 0)).toThrow(/invalid Date/);
    for (const wrong of [-1, Number.NaN, Number.POSITIVE_INFINITY])
      expect(() => delayOf(wrong, 'snooze')).toThrow(RangeError);
  });
});
