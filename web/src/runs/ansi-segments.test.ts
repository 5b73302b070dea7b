import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ansiSegments } from './ansi-segments';

const esc = String.fromCharCode(27);

describe('terminal colours', () => {
  it('plain text is one segment', () => {
    expect(ansiSegments('hello')).toEqual([{ text: 'hello', color: undefined, bold: false }]);
  });

  it('are read and ended', () => {
    expect(ansiSegments(`a${esc}[31;1mred${esc}[0m b`)).toEqual([
      { text: 'a', color: undefined, bold: false },
      { text: 'red', color: 1, bold: true },
      { text: ' b', color: undefined, bold: false },
    ]);
  });

  it('an empty code resets, a 256-colour code does not swallow what follows', () => {
    expect(ansiSegments(`${esc}[38;5;9;1mx${esc}[my`)).toEqual([
      { text: 'x', color: 9, bold: true },
      { text: 'y', color: undefined, bold: false },
    ]);
  });

  it('cursor moves, titles and links leave no trace', () => {
    const text = ansiSegments(`${esc}[2K${esc}]0;title\u0007a${esc}[1A${esc}]8;;http://x${esc}\\b`);
    expect(text.map((segment) => segment.text).join('')).toBe('ab');
  });

  it('no escape character ever reaches the page', () => {
    const piece = fc.constantFrom(esc, '[', '0', ';', 'm', '3', 'a', ']', '\u0007', '\\');
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        for (const segment of ansiSegments(pieces.join(''))) expect(segment.text).not.toContain(esc);
      }),
    );
  });
});
