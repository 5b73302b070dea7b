import type { JobKind, Json } from '@jobflow/contracts';
import { describe, expect, it } from 'vitest';
import { templateProblems } from './template-problems.js';

const begins = 'which must begin with input, run, parents or secrets';

describe('templates of a spec', () => {
  it.each<[JobKind, Json, string, string]>([
    [
      'HTTP',
      { url: 'https://x/', body: { a: ['{{inptu.x}}'] } },
      'spec.body.a.0',
      `holds the template {{inptu.x}}, ${begins}; did you mean {{input.x}}?`,
    ],
    ['HTTP', { url: 'https://{{ secret.host }}/' }, 'spec.url', 'did you mean {{secrets.host}}?'],
    [
      'HTTP',
      { url: 'x', headers: { 'X-A': '{{input.a}} {{parent.a[0].b}}' } },
      'spec.headers.X-A',
      '{{parents.a[0].b}}',
    ],
    ['HTTP', { url: 'x', body: 'Dear {{name}},' }, 'spec.body', 'for braces that are none of a template write \\{{'],
    ['SHELL', { script: 'x', args: ['{{env.HOME}}'] }, 'spec.args.0', 'holds the template {{env.HOME}}'],
    ['PYTHON', { script: 'x', env: { A: '{{INPUT.a}}' } }, 'spec.env.A', 'did you mean {{input.a}}?'],
    ['SQL', { connection: 'db', query: 'x', params: [{ a: '{{user.id}}' }] }, 'spec.params.0.a', '{{user.id}}'],
  ])('of kind %s that begin with nothing there is are told by path: %j', (kind, spec, path, words) => {
    expect(templateProblems(kind, spec)).toEqual({ [path]: expect.stringContaining(words) });
  });

  it.each<[JobKind, Json | undefined]>([
    ['HTTP', { url: '{{input.url}}', body: ['{{run.id}}', '{{parents.a.result}}', '{{secrets.b}}', '{{input}}'] }],
    ['HTTP', { url: 'x', body: '\\{{name}} {{.Names}} {{#each x}} {{ a b }} {{', headers: { '{{key.x}}': 'key' } }],
    ['SHELL', { script: 'echo {{name}}', args: [1, true] }],
    ['PYTHON', { script: 'print("{{ x }}")' }],
    ['SQL', { connection: 'db', query: "select '{{x}}'" }],
    ['JAVASCRIPT', { code: 'return `{{x}}`' }],
    ['HANDLER', undefined],
    ['HTTP', '{{x}}'],
    ['HTTP', ['{{x}}']],
  ])('of kind %s are taken where they could be filled, and text that is none as it is: %j', (kind, spec) => {
    expect(templateProblems(kind, spec)).toEqual({});
  });

  it('are told once a text, in a few words', () => {
    const problems = templateProblems('HTTP', { url: 'x', body: `{{${'a'.repeat(100_000)}}} {{b}}` });
    expect(Object.keys(problems)).toEqual(['spec.body']);
    expect(problems['spec.body']?.length).toBeLessThan(300);
  });
});
