import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonTokens } from './json-tokens';

describe('coloured JSON', () => {
  it('tells keys, strings, numbers and words apart', () => {
    const kinds = jsonTokens('{"a": "x:1", "n": -1.5e3, "t": true}').filter((token) => token.kind !== 'plain');
    expect(kinds.map((token) => [token.kind, token.text])).toEqual([
      ['key', '"a"'],
      ['string', '"x:1"'],
      ['key', '"n"'],
      ['number', '-1.5e3'],
      ['key', '"t"'],
      ['word', 'true'],
    ]);
  });

  it('never loses or adds a character, even of text that was cut', () => {
    fc.assert(
      fc.property(fc.json(), fc.nat(), (json, cut) => {
        const text = json.slice(0, cut % (json.length + 1));
        expect(
          jsonTokens(text)
            .map((token) => token.text)
            .join(''),
        ).toBe(text);
      }),
    );
  });
});
