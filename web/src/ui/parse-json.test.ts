import { describe, expect, it } from 'vitest';
import { parseJson } from './parse-json';

describe('JSON typed by a person', () => {
  it('is read', () => {
    expect(parseJson('{"a": [1, null]}')).toEqual({ ok: true, value: { a: [1, null] } });
  });

  it('empty means nothing at all', () => {
    expect(parseJson(' \n')).toEqual({ ok: true, value: undefined });
  });

  it('a mistake is told by line and column', () => {
    const parsed = parseJson('{\n  "a": 1,\n  b: 2\n}');
    expect(parsed).toEqual({ ok: false, problem: 'This is not valid JSON: look at line 3, column 3.' });
  });

  it('text that stops too early is told so', () => {
    const parsed = parseJson('{"a": ');
    expect(parsed.ok ? '' : parsed.problem).toMatch(/ends too early|line 1/);
  });
});
