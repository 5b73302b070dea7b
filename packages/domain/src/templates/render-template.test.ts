import type { Json } from '@jobflow/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { secretsIn } from './parse-template.js';
import { renderTemplate } from './render-template.js';

const scope = {
  input: { user: { id: 42, name: 'Ada', tags: ['a', 'b'] }, none: null, on: true, 'x-y': 'dash' },
  run: { id: 'r1' },
  parents: { extract: { result: { rows: [1, 2] } } },
  secrets: { 'api-token': 's3cret', 'db.url': 'postgres://' },
};
const render = (document: Json) => renderTemplate(document, scope);

describe('templates', () => {
  it.each<[Json, Json]>([
    ['{{input.user.id}}', 42],
    ['{{ input.user.id }}', 42],
    ['{{input.user}}', { id: 42, name: 'Ada', tags: ['a', 'b'] }],
    ['{{input.none}}', null],
    ['{{input.on}}', true],
    ['{{input.user.tags[1]}}', 'b'],
    ['{{input.user.tags.0}}', 'a'],
    ['{{input.x-y}}', 'dash'],
    ['{{parents.extract.result.rows}}', [1, 2]],
    ['{{secrets.api-token}}', 's3cret'],
    ['{{secrets.db.url}}', 'postgres://'],
    ['{{run.id}}', 'r1'],
    ['id={{input.user.id}}&n={{input.user.name}}', 'id=42&n=Ada'],
    ['{{input.none}}|{{input.on}}|{{input.user.tags}}', '|true|["a","b"]'],
    ['', ''],
    [
      { a: ['{{run.id}}', 1, null], '{{run.id}}': 'key' },
      { a: ['r1', 1, null], '{{run.id}}': 'key' },
    ],
  ])('%j become %j', (document, value) => {
    expect(render(document)).toEqual({ ok: true, value });
  });

  it.each<[string, string]>([
    ['{{.Names}}', '{{.Names}}'],
    ['{{#each x}}', '{{#each x}}'],
    ['{{', '{{'],
    ['\\{{input.user.id}}', '{{input.user.id}}'],
    ['\\{{ x', '{{ x'],
    ['{{{input.user.id}}}', '{42}'],
  ])('of other languages and escaped ones stay: %j', (document, value) => {
    expect(render(document)).toEqual({ ok: true, value });
  });

  it.each([
    ['{{input.user.nope}}', 'input.user.nope'],
    ['a {{input.user.id.x}}', 'input.user.id.x'],
    ['{{inptu.user}}', 'inptu.user'],
    ['{{secrets.none}}', 'secrets.none'],
    ['{{input.__proto__}}', 'input.__proto__'],
    ['{{input.constructor.name}}', 'input.constructor.name'],
    ['{{input.user.tags.length}}', 'input.user.tags.length'],
    ['{{input.user.name.length}}', 'input.user.name.length'],
    ['{{secrets.toString}}', 'secrets.toString'],
    ['{{parents.load.result}}', 'parents.load.result'],
  ])('that lead nowhere are refused by name: %s', (document, path) => {
    expect(render({ deep: [document] })).toMatchObject({
      ok: false,
      path,
      message: expect.stringContaining(path.split('.').at(-1) ?? ''),
    });
  });

  it('never read what they fill in', () => {
    const twice = renderTemplate('{{input.a}}', { input: { a: '{{secrets.api-token}}' }, secrets: scope.secrets });
    expect(twice).toEqual({ ok: true, value: '{{secrets.api-token}}' });
  });

  it('leave documents without braces as they are', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), (document) => {
        fc.pre(!JSON.stringify(document).includes('{{'));
        expect(render(document as Json)).toEqual({ ok: true, value: document });
      }),
    );
  });

  it('refuse a document too deep to walk', () => {
    const deep = JSON.parse(`${'['.repeat(5000)}${']'.repeat(5000)}`) as Json;
    expect(render(deep)).toMatchObject({ ok: false, message: expect.stringContaining('levels') });
  });

  it('tell which secrets they need', () => {
    expect(
      secretsIn({
        a: 'x {{secrets.api-token}}',
        b: [{ c: '{{secrets.db.url}}{{secrets.api-token}}' }, '{{run.id}}'],
      }).sort(),
    ).toEqual(['api-token', 'db.url']);
  });
});
