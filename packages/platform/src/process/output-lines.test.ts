import { limits } from '@jobflow/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Redactor } from '../secrets/redactor.js';
import { OutputLines } from './output-lines.js';

const SECRET = 'hunter2-hunter2';
const redactor = new Redactor();
redactor.add(SECRET);

function linesOf(chunks: Buffer[], left = Number.MAX_SAFE_INTEGER) {
  const lines: string[] = [];
  const output = new OutputLines({ left, onSpent: () => lines.push('SPENT') }, (line) => lines.push(line), redactor);
  for (const chunk of chunks) output.push(chunk);
  output.end();
  return lines;
}

function inPieces(text: string, sizes: number[]): Buffer[] {
  const bytes = Buffer.from(text);
  const pieces: Buffer[] = [];
  for (let at = 0, n = 0; at < bytes.length; n++) {
    const size = sizes[n % sizes.length] ?? 1;
    pieces.push(bytes.subarray(at, at + size));
    at += size;
  }
  return pieces;
}

describe('lines of output', () => {
  it('show no secret, however it comes in pieces and however long its line is', () => {
    const filler = fc.integer({ min: 0, max: 12_000 }).map((length) => 'x'.repeat(length));
    const sizes = fc.array(fc.integer({ min: 1, max: 7_000 }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(filler, filler, sizes, (before, after, pieces) => {
        const lines = linesOf(inPieces(`${before}${SECRET}${after}${SECRET}\nend`, pieces));
        expect(lines.join('')).not.toContain('unter');
        expect(lines.join('')).toBe(`${before}***${after}***end`);
      }),
      { numRuns: 100 },
    );
  });

  it('show no secret that stands where a long line is cut in two, and comes in two pieces', () => {
    const longest = Math.floor(limits.logLineBytes / 3);
    for (let before = longest - SECRET.length; before <= longest; before++) {
      for (const first of [5, 10, 14]) {
        const text = `${'x'.repeat(before)}${SECRET}`;
        const lines = linesOf([Buffer.from(text.slice(0, before + first)), Buffer.from(text.slice(before + first))]);
        expect(lines.join('')).toBe(`${'x'.repeat(before)}***`);
      }
    }
  });

  it('show no part of a secret either where the output is cut', () => {
    for (let left = 1; left < 5 + SECRET.length; left++) {
      const lines = linesOf([Buffer.from(`1234 ${SECRET}`)], left);
      expect(lines.join('')).not.toMatch(/hunt/);
      expect(lines.at(-1)).toBe('SPENT');
    }
  });
});
