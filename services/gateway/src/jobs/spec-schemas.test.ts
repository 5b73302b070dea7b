import type { JobKind, Json } from '@jobflow/contracts';
import { describe, expect, it } from 'vitest';
import { specJsonSchemas, specProblems } from './spec-schemas.js';

const sql = { connection: 'warehouse', query: 'select $1::int' };

describe('the specification of a job', () => {
  it.each<[JobKind, Json]>([
    ['PYTHON', { script: 'print("{{ x }}")', args: ['{{input.x}}', 5, true], env: { A: '{{secrets.a}}' } }],
    ['SQL', sql],
    ['SQL', { ...sql, params: ['{{input.n}}', null, [1]], readOnly: false, maxRows: 10_000, timeoutMs: 1 }],
    ['SQL', { ...sql, query: `select '{{"a":1}}'::text, '{1,2}'::int[]` }],
    ['HTTP', { url: '{{secrets.hook}}', method: '{{input.method}}', headers: { 'X-A': '{{secrets.a}}' } }],
    ['JAVASCRIPT', { code: 'return input.n * 2' }],
    ['HTTP', { url: 'https://example.com', body: '\\{{name}} {{.Names}}' }],
    ...['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'get', 'Patch'].map((method): [JobKind, Json] => [
      'HTTP',
      { url: 'https://example.com', method },
    ]),
  ])('of kind %s is taken: %j', (kind, spec) => {
    expect(specProblems(kind, spec, [])).toEqual({});
  });

  it.each<[JobKind, Json, string, RegExp]>([
    ['PYTHON', { script: 'print({{input.x}})' }, 'spec.script', /templates/],
    ['PYTHON', { script: '' }, 'spec.script', /./],
    ['PYTHON', { script: 'x', env: { 'A-B': '1' } }, 'spec.env.A-B', /environment variable/],
    ['PYTHON', { script: 'x', argv: [] }, 'spec.argv', /not known/],
    ['SQL', { ...sql, query: `select '{{input.name}}'` }, 'spec.query', /params/],
    ['SQL', { ...sql, connection: 'postgres://u:p@h/d' }, 'spec.connection', /must match/],
    ['SQL', { ...sql, maxRows: 10_001 }, 'spec.maxRows', /./],
    ['SQL', { ...sql, readOnly: 'no' }, 'spec.readOnly', /./],
    ['HTTP', { url: 'https://example.com', headers: { Host: 'x' } }, 'spec.headers.Host', /set by the connection/],
    ['HTTP', { url: 'https://example.com', headers: { 'a b': 'x' } }, 'spec.headers.a b', /name of a header/],
    ['HTTP', { url: 'https://example.com', method: 'GET /' }, 'spec.method', /one of GET/],
    ['HTTP', { url: 'https://example.com', method: 'CONNECT' }, 'spec.method', /one of GET/],
    ['HTTP', { url: 'https://example.com', method: 'FETCH' }, 'spec.method', /one of GET, .* OPTIONS$/],
    ['HTTP', { url: 'https://example.com', body: '{{inptu.x}}' }, 'spec.body', /did you mean \{\{input\.x\}\}/],
    ['HTTP', { url: 'https://{{inptu.host}}/' }, 'spec.url', /must begin with input/],
    ['HTTP', { url: 'https://example.com', method: '{{inptu.m}}' }, 'spec.method', /did you mean/],
    ['SHELL', { script: 'x', args: ['{{name}}'] }, 'spec.args.0', /must begin with input/],
    ['HTTP', { url: 'https://u:p@example.com' }, 'spec.url', /user name/],
    ['HTTP', { url: 'http://169.254.169.254/x' }, 'spec.url', /not a public address/],
    ['JAVASCRIPT', { code: 'return (' }, 'spec.code', /does not compile/],
    ['JAVASCRIPT', { code: 'const a = 1;\nreturn a +;' }, 'spec.code', /line 2/],
  ])('of kind %s is refused with the path of what is wrong: %j', (kind, spec, path, words) => {
    const problems = specProblems(kind, spec, []);
    expect(Object.keys(problems)).toEqual([path]);
    expect(problems[path]).toMatch(words);
  });

  it('is described as JSON Schema, for every kind', () => {
    expect(Object.keys(specJsonSchemas()).sort()).toEqual(['HANDLER', 'HTTP', 'JAVASCRIPT', 'PYTHON', 'SHELL', 'SQL']);
    expect(specJsonSchemas().SQL).toMatchObject({
      required: ['connection', 'query'],
      properties: { readOnly: { type: 'boolean' }, maxRows: { maximum: 10_000 } },
    });
  });
});
