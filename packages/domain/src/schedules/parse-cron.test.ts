import fc from 'fast-check';
import { createTask } from 'node-cron';
import { describe, expect, it } from 'vitest';
import { parseCron } from './parse-cron.js';
import { nextTicks } from './schedule-ticks.js';

const cron = (text: string) => {
  const parsed = parseCron(text);
  if (!parsed.ok) throw new Error(parsed.error.message);
  return parsed.cron;
};

describe('a cron text', () => {
  it('has five fields, or six with the second first', () => {
    expect(cron('30 9 * * *')).toMatchObject({ seconds: [0], minutes: [30], hours: [9] });
    expect(cron('5 30 9 * * *')).toMatchObject({ seconds: [5], minutes: [30], hours: [9] });
    expect(cron('@daily')).toMatchObject({ text: '@daily', seconds: [0], minutes: [0], hours: [0] });
  });

  it('may use names, ranges, ranges that wrap, steps and lists', () => {
    expect(cron('0 0 * jan,MAR-may mon-Friday')).toMatchObject({ months: [1, 3, 4, 5], daysOfWeek: [1, 2, 3, 4, 5] });
    expect(cron('0 22-2 * * fri-mon')).toMatchObject({ hours: [0, 1, 2, 22, 23], daysOfWeek: [5, 6, 0, 1] });
    expect(cron('*/20,59 9-17/4 * * 7')).toMatchObject({
      minutes: [0, 20, 40, 59],
      hours: [9, 13, 17],
      daysOfWeek: [0],
    });
    expect(cron('0 0 L,15W * ?').daysOfMonth).toEqual(['L', '15W']);
    expect(cron('0 0 * * fri#2,friL').daysOfWeek).toEqual(['5#2', '5L']);
  });

  it('follows elapsed time exactly if its hours are *, a step or a range', () => {
    const hours = { '*': true, '*/2': true, '9-17': true, '0-23/3': true, '3,5-7': true, '2': false, '2,14': false };
    for (const [hour, elapsed] of Object.entries(hours)) expect(cron(`0 ${hour} * * *`).elapsed, hour).toBe(elapsed);
  });

  it.each([
    ['61 * * * *', 'minute', 1],
    ['* 24 * * *', 'hour', 3],
    ['0 0 0 * *', 'dayOfMonth', 5],
    ['0 0 1,32 * *', 'dayOfMonth', 7],
    ['0 0 * 13 *', 'month', 7],
    ['0 0 * janfeb *', 'month', 7],
    ['0  0  *  *  8', 'dayOfWeek', 13],
    ['60 * * * * *', 'second', 1],
    ['0 0 * * mon,tux', 'dayOfWeek', 13],
    ['0 0 * * L', 'dayOfWeek', 9],
    ['0 0 * * fri#6', 'dayOfWeek', 9],
    ['0 0 L-31 * *', 'dayOfMonth', 5],
    ['0 0 32W * *', 'dayOfMonth', 5],
    ['5/10 * * * *', 'minute', 1],
    ['*/0 * * * *', 'minute', 1],
    ['*/90 * * * *', 'minute', 1],
    ['1* * * * *', 'minute', 1],
    ['1--5 * * * *', 'minute', 1],
    ['1,,5 * * * *', 'minute', 3],
    ['H * * * *', 'minute', 1],
    ['1.5 * * * *', 'minute', 1],
    ['0-4000000000 * * * *', 'minute', 1],
    ['? * * * *', 'minute', 1],
    ['0 0 31 2 *', 'dayOfMonth', 5],
    ['0 0 31 * fri#1', 'dayOfMonth', 5],
    ['* * * *', 'expression', 1],
    ['* * * * * * *', 'expression', 1],
    ['', 'expression', 1],
    ['@reboot', 'expression', 1],
    [' '.repeat(300), 'expression', 1],
  ])('%j is refused for its %s at column %i', (text, field, position) => {
    const parsed = parseCron(text);
    expect(parsed).toMatchObject({ ok: false, error: { field, position } });
    if (!parsed.ok) expect(parsed.error.message).toContain(`(column ${position})`);
  });

  it.each([
    ['L-0', 'must go back 1 to 30 days'],
    ['L-31', 'must go back 1 to 30 days'],
    ['L-1W', 'there are L, L-3, LW and 15W'],
    ['W', 'there are L, L-3, LW and 15W'],
    ['15WL', 'there are L, L-3, LW and 15W'],
    ['32W', 'is not from 1 to 31'],
    ['32', 'is not from 1 to 31'],
  ])('is told what of the day %s is wrong', (day, what) => {
    const parsed = parseCron(`0 0 ${day} * *`);
    expect(parsed).toMatchObject({ ok: false, error: { message: expect.stringContaining(what) } });
  });

  it('of any kind is answered at once, never with an exception', () => {
    const piece = fc.constantFrom(
      '*',
      '0',
      '5-9',
      '/',
      ',',
      '-',
      'L',
      '#',
      'W',
      'mon',
      '99999999',
      ' ',
      '?',
      'é',
      '\n',
    );
    fc.assert(fc.property(fc.array(piece, { maxLength: 25 }), (pieces) => void parseCron(pieces.join(''))));
  });

  it.each([
    '0 0 L * *',
    '0 0 LW * *',
    '0 0 L-3 * *',
    '0 0 1W,15W,30W * *',
    '0 0 * * 5#2,1#5',
    '0 0 * * 0L,3',
    '0 0 13 * 5',
    '0 0 29 2 *',
    '*/7 3-20/5 */9 jan-nov/2 1-5',
    '15,45 */11 7 8 9 *',
  ])('means on days what node-cron means by it: %s', (text) => {
    const task = createTask(text, () => {}, { timezone: 'UTC' });
    const timing = { kind: 'CRON', cron: text, timezone: 'UTC', createdAt: 0 } as const;
    const ticks = nextTicks(timing, Date.UTC(2026, 10, 23, 1, 2, 3), 200).map((t) => t.at);
    expect(ticks).toHaveLength(200);
    for (const at of ticks) expect(task.match(new Date(at)), new Date(at).toISOString()).toBe(true);
    // Between two ticks, no other day at the same time of day.
    const first = ticks[0] ?? 0;
    const known = new Set(ticks);
    for (let at = first; at < (ticks.at(-1) ?? 0) && at < first + 2000 * 86_400_000; at += 86_400_000)
      expect(task.match(new Date(at)), new Date(at).toISOString()).toBe(known.has(at));
    task.destroy();
  });
});
