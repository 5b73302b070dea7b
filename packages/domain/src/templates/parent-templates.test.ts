import { describe, expect, it } from 'vitest';
import { fillParents, parentsIn, pruneParents } from './parent-templates.js';

const parents = {
  extract: { status: 'SUCCEEDED', result: { rows: [1, 2], by: { ada: true } }, error: null },
  other: { status: 'FAILED', result: null, error: { message: 'no' } },
};
const filled = (input: Parameters<typeof fillParents>[0]) => {
  const rendered = fillParents(input, parents);
  return rendered.ok ? rendered.value : rendered;
};

describe('templates over what a run depends on', () => {
  it('are found wherever they stand, and nothing else is', () => {
    const found = parentsIn({
      a: ['{{parents.extract.result.rows}}', '{{input.x}} {{ parents.b-1.status }}'],
      b: '{{.Go}}',
    });
    expect(found.map(({ source, key, keys }) => [source, key, keys]).sort()).toEqual([
      ['parents.b-1.status', 'b-1', ['status']],
      ['parents.extract.result.rows', 'extract', ['result', 'rows']],
    ]);
    expect(parentsIn(undefined)).toEqual([]);
    expect(parentsIn('\\{{parents.a.result}}')).toEqual([]);
  });

  it('take the value with its type where they are the whole string, and its text inside another', () => {
    expect(filled({ rows: '{{parents.extract.result.rows}}', text: 'got {{parents.extract.result.rows}}!' })).toEqual({
      rows: [1, 2],
      text: 'got [1,2]!',
    });
    expect(filled('{{parents.other.error.message}}: {{parents.other.result}}')).toBe('no: ');
  });

  it('leave other templates, and strings without one, to the letter', () => {
    expect(filled({ a: '{{input.x}} {{secrets.token}} \\{{y}}', b: 1 })).toEqual({
      a: '{{input.x}} {{secrets.token}} \\{{y}}',
      b: 1,
    });
    expect(filled('{{secrets.token}} {{parents.extract.status}}')).toBe('{{secrets.token}} SUCCEEDED');
  });

  it('are looked for once: what comes in is data', () => {
    const hostile = { p: { result: '{{secrets.token}} {{parents.p.result}}' } };
    expect(fillParents('{{parents.p.result}}', hostile)).toEqual({ ok: true, value: hostile.p.result });
  });

  it('that lead nowhere are refused by name', () => {
    expect(filled({ deep: ['{{parents.extract.result.cols}}'] })).toEqual({
      ok: false,
      path: 'parents.extract.result.cols',
      message: '{{parents.extract.result.cols}} does not exist',
    });
  });
});

describe('what a message carries of the runs depended on', () => {
  const pruned = (...texts: string[]) => pruneParents(parents, parentsIn(texts));

  it('is what its templates name, and nothing beside it', () => {
    expect(pruned('{{parents.extract.result.by.ada}}')).toEqual({ extract: { result: { by: { ada: true } } } });
    expect(pruned('{{parents.extract.status}}', '{{parents.other.error.message}}')).toEqual({
      extract: { status: 'SUCCEEDED' },
      other: { error: { message: 'no' } },
    });
  });

  it('is the whole where the whole or a list in it is named, in whatever order', () => {
    expect(pruned('{{parents.extract.result.rows[1]}}')).toEqual({ extract: { result: { rows: [1, 2] } } });
    for (const texts of [
      ['{{parents.extract.result}}', '{{parents.extract.result.rows}}'],
      ['{{parents.extract.result.rows}}', '{{parents.extract.result}}'],
    ])
      expect(pruned(...texts)).toEqual({ extract: { result: parents.extract.result } });
  });

  it('lacks what is not there, so that filling names it', () => {
    expect(pruned('{{parents.gone.result}}', '{{parents.extract.result.no.such}}')).toEqual({
      extract: { result: {} },
    });
  });
});
