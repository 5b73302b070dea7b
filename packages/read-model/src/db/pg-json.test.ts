import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pgJson } from './pg-json.js';

describe('JSON for Postgres', () => {
  it('is the plain JSON wherever Postgres takes that', () => {
    expect(pgJson({ a: [1, 'ü', null, '\\u0000'] })).toBe(JSON.stringify({ a: [1, 'ü', null, '\\u0000'] }));
  });

  it('has no U+0000 and no lone surrogate, in keys and in values', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'binary', maxDepth: 2 }), (value) => {
        const back = pgJson({ value, 'k\0': '\ud800' });
        expect(back).not.toMatch(/(?<!\\)(?:\\\\)*\\u(0000|d[89a-f])/i);
        expect(JSON.parse(back)).toHaveProperty('value');
      }),
    );
  });
});
