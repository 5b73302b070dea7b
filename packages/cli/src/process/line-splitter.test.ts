import fc from 'fast-check';
import { expect, test } from 'vitest';
import { lineSplitter } from './line-splitter.js';

test('lines come out the same however the text was cut', () => {
  fc.assert(
    fc.property(
      fc.array(fc.string({ maxLength: 5 }).map((text) => text.replace(/[\r\n]/g, ' '))),
      fc.nat(7),
      (lines, size) => {
        const text = lines.map((line) => `${line}\n`).join('');
        const heard: string[] = [];
        const hear = lineSplitter((line) => heard.push(line));
        for (let at = 0; at < text.length; at += size + 1) hear(text.slice(at, at + size + 1));
        expect(heard).toEqual(lines);
      },
    ),
  );
});

test('a line that never ends is cut and its rest dropped', () => {
  const heard: string[] = [];
  const hear = lineSplitter((line) => heard.push(line), 10);
  for (let i = 0; i < 100; i++) hear('abcd');
  hear('\nnext\n');
  expect(heard).toEqual(['abcdabcdab', 'next']);
});
