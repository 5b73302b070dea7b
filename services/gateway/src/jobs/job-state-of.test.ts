import { describe, expect, it } from 'vitest';
import type { JobInput } from './job-input.js';
import { changedJob, changeProblems, jobProblems, newJob } from './job-state-of.js';

const around = { now: 1, actor: 'me', defaultPriority: (queue: string) => (queue === 'mail' ? 2 : 5) };
const made = (input: Partial<JobInput> = {}) => newJob({ name: 'j', kind: 'HANDLER', ...input }, around);
const problems = (input: Partial<JobInput>) => Object.keys(jobProblems(made(input), []));

describe('a job', () => {
  it('takes its priority from its queue, unless it names one', () => {
    expect(made().priority).toBe(5);
    expect(made({ queue: 'mail' }).priority).toBe(2);
    expect(made({ queue: 'mail', priority: 9 }).priority).toBe(9);
    expect(changedJob(made({ priority: 9 }), { queue: 'mail', priority: null }, around).priority).toBe(2);
  });

  it('is not changed by a change that names nothing', () => {
    const job = made({ title: 't', tags: ['a'], retry: { maxAttempts: 7 }, spec: {}, timeout: { softMs: 5 } });
    expect(changedJob(job, {}, around)).toEqual(job);
  });

  it('has a title in any case', () => {
    expect(made({ title: '' }).title).toBe('j');
    expect(changedJob(made({ title: 't' }), { title: '' }, around).title).toBe('j');
  });

  it('needs a spec that fits its kind', () => {
    expect(problems({ kind: 'HTTP' })).toEqual(['spec.url']);
    expect(
      problems({ kind: 'HTTP', spec: { url: 'https://example.com', successCodes: [200, '2xx', '200-204'] } }),
    ).toEqual([]);
    expect(problems({ kind: 'HTTP', spec: { url: 'https://example.com', successCodes: ['2yy'] } })).toEqual([
      'spec.successCodes.0',
    ]);
    expect(problems({ kind: 'HTTP', spec: { url: 'file:///etc/passwd' } })).toEqual(['spec.url']);
    expect(problems({ kind: 'HTTP', spec: { url: 'http://[::1]/{{input.id}}' } })).toEqual(['spec.url']);
    expect(problems({ kind: 'HTTP', spec: { url: '{{input.url}}' } })).toEqual([]);
    expect(
      problems({ kind: 'SHELL', spec: { script: 'echo "$1"', args: ['{{input.name}}'], env: { A_1: 'x' } } }),
    ).toEqual([]);
    expect(problems({ kind: 'SHELL', spec: { script: 'echo', env: { 'a-b': 'x' } } })).toHaveLength(1);
    expect(problems({ kind: 'SHELL', spec: { script: "docker ps --format '{{.Names}}'" } })).toEqual([]);
    expect(problems({ kind: 'JAVASCRIPT', spec: {} })).toEqual(['spec.code']);
    expect(problems({ kind: 'HANDLER', spec: { any: 1 } })).toEqual(['spec.any']);
    expect(problems({ kind: 'JAVASCRIPT', spec: { code: 'x'.repeat(130 * 1024) } })).toEqual(['spec']);
  });

  it('has a default input that it takes, unless only a flow can tell', () => {
    const inputSchema = { type: 'object', required: ['to'], properties: { to: { type: 'string' } } };
    const wrong = (input: Partial<JobInput>) => jobProblems(made(input), []);
    expect(wrong({ inputSchema, defaultInput: { to: 5 } })).toEqual({ 'defaultInput.to': 'must be string' });
    expect(wrong({ inputSchema, defaultInput: {} })).toEqual({ 'defaultInput.to': 'is required' });
    expect(wrong({ inputSchema, defaultInput: [] })).toEqual({ defaultInput: 'must be object' });
    expect(wrong({ inputSchema: { type: 7 }, defaultInput: 1 })).toEqual({ inputSchema: expect.any(String) });
    const large = { to: ['x'.repeat(256 * 1024)] };
    expect(wrong({ inputSchema, defaultInput: large })).toEqual({ defaultInput: expect.stringContaining('bytes') });
    for (const taken of [
      { inputSchema },
      { inputSchema, defaultInput: { to: 'ada' } },
      { inputSchema, defaultInput: { to: '{{parents.a.result}}', copies: 1 } },
      { inputSchema, defaultInput: '{{parents.a.result}}' },
      { defaultInput: { to: 5 } },
    ])
      expect(wrong(taken)).toEqual({});
  });

  it('may limit memory and CPU where a process of its own keeps it', () => {
    expect(problems({ kind: 'SHELL', spec: { script: 'x' }, limits: { memoryMb: 64, cpuSeconds: 5 } })).toEqual([]);
    expect(problems({ limits: { memoryMb: 64, cpuSeconds: 5 } })).toEqual([]);
    const http = { kind: 'HTTP', spec: { url: 'https://example.com' } } as const;
    expect(problems({ ...http, limits: { memoryMb: 64 } })).toEqual(['limits.memoryMb']);
    expect(problems({ ...http, limits: { memoryMb: null } })).toEqual([]);
    expect(problems({ limits: { memoryMb: 2 ** 31 } })).toEqual(['limits.memoryMb']);
  });

  it('may limit how many of its runs start and run at once, within reason', () => {
    const rate = { limit: 1_000_000, perMs: 86_400_000 };
    expect(problems({ limits: { concurrency: 100_000, concurrencyKey: 'user.id', rate } })).toEqual([]);
    expect(problems({ limits: { concurrency: 0 } })).toEqual(['limits.concurrency']);
    expect(problems({ limits: { concurrency: 100_001 } })).toEqual(['limits.concurrency']);
    expect(problems({ limits: { rate: { limit: 1_000_001, perMs: 0 } } })).toEqual([
      'limits.rate.perMs',
      'limits.rate.limit',
    ]);
    expect(problems({ limits: { rate: { limit: 1, perMs: 86_400_001 } } })).toEqual(['limits.rate.perMs']);
    for (const concurrencyKey of ['', '$[0]', 'a..b', 'a b'])
      expect(problems({ limits: { concurrencyKey } })).toEqual(['limits.concurrencyKey']);
  });
});

describe('a job with something wrong in it, made some other way', () => {
  const old = made({
    title: 'x'.repeat(201),
    limits: { concurrency: 100_001, memoryMb: 64 },
    inputSchema: { type: 7 },
  });
  const changes = (input: Parameters<typeof changedJob>[1]) =>
    Object.keys(changeProblems(old, changedJob(old, input, around), []));

  it('can be changed elsewhere, and be switched off', () => {
    expect(Object.keys(jobProblems(old, []))).toEqual(['title', 'limits.concurrency', 'inputSchema']);
    expect(changes({ enabled: false, tags: ['a'], spec: {} })).toEqual([]);
    expect(changes({ title: 'better', enabled: true })).toEqual([]);
  });

  it('is refused what is wrong in what a change touches, or wrong because of it', () => {
    expect(changes({ title: 'y'.repeat(201) })).toEqual(['title']);
    expect(changes({ limits: { concurrencyKey: 'a' } })).toEqual(['limits.concurrency']);
    expect(changes({ inputSchema: 7 })).toEqual(['inputSchema']);
  });

  it('is held to a method, templates and a default input that it has only where a change touches or causes them', () => {
    const inputSchema = { type: 'object', properties: { to: { type: 'string' } } };
    const stored = made({
      ...{ kind: 'HTTP', inputSchema, defaultInput: { to: 5 } },
      spec: { url: 'https://example.com', method: 'PURGE', body: '{{inptu.x}}' },
    });
    const found = (input: Parameters<typeof changedJob>[1], job = stored) =>
      Object.keys(changeProblems(job, changedJob(job, input, around), [])).sort();
    expect(found({ title: 'better', enabled: false, retry: { maxAttempts: 9 }, queue: 'mail' })).toEqual([]);
    expect(found({ inputSchema: { ...inputSchema, title: 'Mail' } })).toEqual([]);
    expect(found({ spec: { url: 'https://example.com/x', method: 'PURGE', body: '{{inptu.x}}' } })).toEqual([
      'spec.body',
      'spec.method',
    ]);
    expect(found({ spec: { url: 'https://example.com/x' } })).toEqual([]);
    expect(found({ defaultInput: { to: 6 } })).toEqual(['defaultInput.to']);
    expect(found({ inputSchema: { ...inputSchema, required: ['from'] } })).toEqual(['defaultInput.from']);
    expect(found({ defaultInput: null })).toEqual([]);
    const fine = { ...stored, defaultInput: { to: 'ada' } };
    expect(found({ inputSchema: { type: 'array' } }, fine)).toEqual(['defaultInput']);
    expect(found({ inputSchema: { type: 'array' }, defaultInput: null }, fine)).toEqual([]);
  });

  it('is judged whole once it is switched on or becomes another kind', () => {
    const wrong = ['title', 'limits.concurrency', 'inputSchema'];
    const off = { ...old, enabled: false };
    const ofOff = (input: Parameters<typeof changedJob>[1]) =>
      Object.keys(changeProblems(off, changedJob(off, input, around), []));
    expect(ofOff({ tags: ['a'], enabled: false })).toEqual([]);
    expect(ofOff({ enabled: true })).toEqual(wrong);
    expect(ofOff({ enabled: null })).toEqual(wrong);
    expect(changes({ kind: 'HANDLER' })).toEqual([]);
    expect(changes({ kind: 'SQL', spec: { connection: 'db', query: 'select 1' } }).sort()).toEqual(
      [...wrong, 'limits.memoryMb'].sort(),
    );
  });
});
