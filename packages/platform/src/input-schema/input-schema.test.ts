import { describe, expect, it, vi } from 'vitest';
import { compileSchema, schemaProblems } from './input-schema.js';

const problems = (inputSchema: Parameters<typeof compileSchema>[0], input: Parameters<typeof schemaProblems>[1]) =>
  schemaProblems({ inputSchema }, input);

describe('the input of a run', () => {
  it('is named by its path for everything that is wrong with it, not only the first', () => {
    const schema = {
      type: 'object',
      required: ['user', 'when'],
      additionalProperties: false,
      properties: {
        user: { type: 'object', properties: { id: { type: 'integer' } } },
        when: { type: 'string', format: 'date' },
      },
    };
    expect(problems(schema, { user: { id: 'x' }, extra: 1 })).toEqual({
      'input.when': 'is required',
      'input.extra': 'is not a property of this input',
      'input.user.id': 'must be integer',
    });
    expect(problems(schema, { user: { id: 1 }, when: '2026-02-03' })).toEqual({});
    expect(problems(schema, { user: {}, when: 'soon' })).toEqual({ 'input.when': 'must match format "date"' });
  });

  it('is null when a job with a schema gets none', () => {
    expect(problems({ type: 'object' }, undefined)).toEqual({ input: 'must be object' });
    expect(problems({ type: ['object', 'null'] }, undefined)).toEqual({});
  });

  it('cannot hang the gateway with a pattern that backtracks', () => {
    const started = performance.now();
    const found = problems({ type: 'string', pattern: '^(a+)+$' }, `${'a'.repeat(60)}!`);
    expect(Object.keys(found)).toEqual(['input']);
    expect(found.input).toContain('takes too long');
    expect(performance.now() - started).toBeLessThan(2000);
    expect(problems({ type: 'string', pattern: '\\s+$' }, `${' '.repeat(250_000)}x`)).toHaveProperty('input');
  });

  it('cannot hang it with a pattern that has no quantified group, nor with many that are a little slow', () => {
    for (const [pattern, text] of [
      ['a*a*a*a*a*a*a*a*a*b', 'a'.repeat(200)],
      [`^${'(a|a)'.repeat(40)}b`, 'a'.repeat(41)],
      [`^${'a?'.repeat(40)}${'a'.repeat(40)}b`, 'a'.repeat(80)],
      ['(a*)(a*)(a*)\\1\\2\\3b', 'a'.repeat(200)],
    ] as const)
      expect(problems({ pattern }, text)).toEqual({ input: `the pattern ${pattern} takes too long on this text` });
    const slow = problems({ items: { pattern: 'a*a*a*b' } }, Array(1_000).fill('a'.repeat(200)));
    expect(slow).toEqual({ input: 'the pattern a*a*a*b takes too long on this text' });
  });

  it('cannot hang it with references that double the work at each step, or many parts for many items', () => {
    const doubling = Object.fromEntries(
      Array.from({ length: 40 }, (_, n) => [`d${n}`, { allOf: Array(2).fill({ $ref: `#/$defs/d${n + 1}` }) }]),
    );
    const schema = { $defs: { ...doubling, d40: { type: 'object' } }, $ref: '#/$defs/d0' };
    const tooLong = { input: "takes too long to check against the job's inputSchema" };
    expect(problems(schema, {})).toEqual(tooLong);
    const choices = Array.from({ length: 1_500 }, (_, n) => ({ a: n, b: { c: n } }));
    const items = Array.from({ length: 8_000 }, (_, n) => ({ a: 1_499, b: { c: -n } }));
    expect(problems({ items: { not: { enum: choices } } }, items)).toEqual(tooLong);
  });

  it('is checked with what patience is left from those before it, whatever they took it for', () => {
    const patience = { leftMs: 1_000 };
    const oneOf = Array.from({ length: 20 }, (_, n) => ({ const: n }));
    schemaProblems({ inputSchema: { type: 'string' } }, 'aaa', patience);
    expect(patience.leftMs).toBeLessThan(1_000);
    const compiled = patience.leftMs;
    schemaProblems({ inputSchema: { oneOf } }, 1, patience);
    expect(patience.leftMs).toBeLessThan(compiled);
    const slow = { inputSchema: { pattern: '^(a+)+$' } };
    expect(schemaProblems(slow, 'aaa')).toEqual({});
    expect(schemaProblems(slow, `${'a'.repeat(60)}!`, { leftMs: 5 }).input).toContain('takes too long');
    expect(schemaProblems(slow, 'aaa', { leftMs: 0 }).input).toContain('was not checked');
    expect(schemaProblems({ inputSchema: { type: 'string' } }, 'aaa', { leftMs: 0 }).input).toContain(
      'was not checked',
    );
    expect(schemaProblems(slow, 'aaa')).toEqual({});
  });

  it('cannot hang it with a long text for a format', () => {
    const url = { type: 'string', format: 'url' };
    expect(problems(url, 'https://example.com/a?b=c')).toEqual({});
    expect(problems(url, 'no')).toEqual({ input: 'must match format "url"' });
    const patience = { leftMs: 20 };
    expect(schemaProblems({ inputSchema: url }, `http://${':'.repeat(15_000)}`, patience).input).toContain(
      'takes too long',
    );
    expect(problems({ format: 'email' }, 'a@example.com')).toEqual({});
    expect(problems({ format: 'date-time' }, '2026-02-30T00:00:00Z')).toEqual({
      input: 'must match format "date-time"',
    });
    expect(problems({ type: 'string', format: 'date', formatMinimum: '2026-01-02' }, '2026-01-01')).toHaveProperty(
      'input',
    );
  });

  it('keeps two patterns of one schema apart', () => {
    const schema = { properties: { a: { pattern: '^x$' }, b: { pattern: '^y$' } } };
    expect(problems(schema, { a: 'x', b: 'y' })).toEqual({});
    expect(Object.keys(problems(schema, { a: 'y', b: 'x' }))).toEqual(['input.a', 'input.b']);
  });

  it('ends a schema that refers to itself without end', () => {
    expect(problems({ $ref: '#' }, {})).toHaveProperty('input');
  });
});

describe('a schema', () => {
  it('may not refer to anything outside itself', () => {
    const compiled = compileSchema({ $ref: 'http://example.com/other.json' });
    expect(compiled).toMatchObject({ ok: false, reason: expect.stringContaining("can't resolve reference") });
  });

  it.each([
    ['a number', 4, 'must be a JSON Schema'],
    ['a list', [], 'must be a JSON Schema'],
    ['a wrong keyword', { type: 'nonsense' }, 'is not a usable JSON Schema'],
    ['a wrong pattern', { pattern: '(' }, 'is not a usable JSON Schema'],
    ['an unknown draft', { $schema: 'http://json-schema.org/draft-04/schema#' }, 'unknown $schema'],
    ['too large', { description: 'x'.repeat(70_000) }, 'bytes of JSON'],
  ])('is refused when it is %s', (_what, schema, reason) => {
    expect(compileSchema(schema)).toMatchObject({ ok: false, reason: expect.stringContaining(reason) });
  });

  it('is refused when compiling it takes too long, and others are not held up by it', () => {
    const slow = { oneOf: Array.from({ length: 1_000 }, () => ({ type: 'string' })) };
    expect(compileSchema(slow, 20)).toMatchObject({
      ok: false,
      reason: 'takes too long to compile: it must be simpler',
    });
    expect(compileSchema({ $id: 'https://example.com/other', type: 'string' })).toMatchObject({ ok: true });
  });

  it('is not called too slow on a machine that is too busy', () => {
    const slow = { $id: 'https://example.com/busy', oneOf: Array.from({ length: 1_000 }, () => ({ type: 'string' })) };
    const used = vi.spyOn(process, 'threadCpuUsage').mockReturnValue({ user: 100, system: 0 });
    expect(compileSchema(slow, 5)).toEqual({
      ok: false,
      reason: 'could not be compiled, since this machine is too busy; try again',
      ...{ tooSlow: true, starved: true },
    });
    // Each try is twice as long as the one before.
    expect(used).toHaveBeenCalledTimes(2 * 3);
    used.mockRestore();
    expect(compileSchema(slow)).toMatchObject({ ok: true });
  });

  it('that says what it is called compiles also after a check that took all its steps', () => {
    expect(Object.keys(problems({ pattern: '^(a+)+$' }, 'aaa'))).toEqual([]);
    expect(problems({ items: { pattern: 'a*a*b' } }, Array(3).fill('a'.repeat(200)))).toHaveProperty(['input.0']);
    expect(compileSchema({ $id: 'https://example.com/after', $anchor: 'x' })).toMatchObject({ ok: true });
  });

  it('may be of any of the usual drafts, and two may share an $id', () => {
    for (const draft of [
      'https://json-schema.org/draft/2020-12/schema',
      'http://json-schema.org/draft-07/schema#',
      'https://json-schema.org/draft/2019-09/schema',
    ]) {
      expect(compileSchema({ $schema: draft, $id: 'https://example.com/same', type: 'string' })).toMatchObject({
        ok: true,
      });
      expect(compileSchema({ $schema: draft, $id: 'https://example.com/same', type: 'number' })).toMatchObject({
        ok: true,
      });
    }
  });
});
