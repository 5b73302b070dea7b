import { describe, expect, it } from 'vitest';
import { appendRows, isAtLeast, type LogLine, type LogRow, logRows } from './log-rows';

const line = (n: number, message: string): LogLine => ({
  line: n,
  at: '2026-11-23T12:00:00.000Z',
  level: 'INFO',
  stream: 'LOG',
  attempt: 1,
  message,
});
const many = (count: number): LogRow[] => Array.from({ length: count }, (_, n) => logRows(line(n, 'x'))[0] as LogRow);

describe('log rows', () => {
  it('a message of several lines takes several rows, only the first with number and time', () => {
    const rows = logRows(line(7, 'a\r\nb\n'));
    expect(rows.map((row) => [row.text, row.first, row.at === undefined])).toEqual([
      ['a', true, false],
      ['b', false, true],
    ]);
  });

  it('an empty message is one empty row', () => {
    expect(logRows(line(1, '')).map((row) => row.text)).toEqual(['']);
  });

  it('never exceed their bound, and lose the oldest first', () => {
    const rows = many(95);
    const fresh = many(20).map((row) => ({ ...row, text: 'new' }));
    const dropped = appendRows(rows, fresh, 100);
    expect(rows.length).toBeLessThanOrEqual(100);
    expect(dropped).toBe(15);
    expect(rows.at(-1)?.text).toBe('new');
    expect(rows).toHaveLength(100);
  });

  it('drop a tenth at once, so that the next line drops nothing', () => {
    const rows = many(100);
    expect(appendRows(rows, many(1), 100)).toBe(10);
    expect(appendRows(rows, many(1), 100)).toBe(0);
  });

  it('levels are ordered', () => {
    expect(isAtLeast('ERROR', 'WARN')).toBe(true);
    expect(isAtLeast('DEBUG', 'INFO')).toBe(false);
  });
});
