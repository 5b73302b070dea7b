import { expect, it } from 'vitest';
import { sectionText } from './section.js';

it('a section is a Markdown table whose columns line up', () => {
  const text = sectionText({
    title: 'Rates',
    columns: ['', 'runs/s'],
    rows: [
      ['Jobflow', '12,345/s'],
      ['another', '1/s'],
    ],
    notes: ['One machine.'],
  });
  expect(text).toBe(
    [
      ...['### Rates', ''],
      ...['|         |   runs/s |', '| ------- | -------: |', '| Jobflow | 12,345/s |', '| another |      1/s |'],
      ...['', 'One machine.', ''],
    ].join('\n'),
  );
});
