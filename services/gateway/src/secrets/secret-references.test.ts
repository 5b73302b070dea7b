import type { JobKind, Json } from '@jobflow/contracts';
import { describe, expect, it } from 'vitest';
import { secretReferences, usersOfSecrets } from './secret-references.js';

describe('the secrets of a job', () => {
  it.each<[JobKind, Json, Record<string, string>]>([
    [
      'HTTP',
      {
        url: 'https://x/{{secrets.a}}',
        headers: { authorization: 'Bearer {{secrets.api-token}}' },
        body: [{ k: '{{secrets.db.pass}}' }],
      },
      { 'spec.url': 'a', 'spec.headers.authorization': 'api-token', 'spec.body.0.k': 'db.pass' },
    ],
    [
      'SHELL',
      { script: 'echo {{secrets.no}}', args: ['{{input.x}}', '{{secrets.one}}'], env: { T: '{{secrets.two}}' } },
      { 'spec.args.1': 'one', 'spec.env.T': 'two' },
    ],
    ['PYTHON', { script: 'x', env: { T: '{{secrets.t}}' } }, { 'spec.env.T': 't' }],
    [
      'SQL',
      { connection: 'warehouse', query: 'select $1', params: ['{{secrets.p}}'] },
      { 'spec.connection': 'warehouse', 'spec.params.0': 'p' },
    ],
    ['JAVASCRIPT', { code: 'return "{{secrets.x}}"' }, {}],
    ['HANDLER', {}, {}],
  ])('of kind %s are found with their paths', (kind, spec, found) => {
    expect(Object.fromEntries(secretReferences(kind, spec).map(({ path, name }) => [path, name]))).toEqual(found);
  });

  it('tell which jobs use a secret, each once', () => {
    const job = (name: string, spec: Json) => [name, { seq: 1, state: { name, kind: 'HTTP', spec } }] as const;
    const jobs = new Map([
      job('b', { url: '{{secrets.x}}', body: '{{secrets.x}}' }),
      job('a', { url: '{{secrets.x}}/{{secrets.y}}' }),
    ]);
    expect(usersOfSecrets({ jobs } as never)).toEqual(
      new Map([
        ['x', ['a', 'b']],
        ['y', ['a']],
      ]),
    );
  });
});
