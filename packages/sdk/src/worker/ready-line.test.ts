import { describe, expect, it, vi } from 'vitest';
import { type Ready, ReadyLine } from './ready-line.js';

const ready = (id: string, fields: Partial<Ready> = {}): Ready =>
  ({
    message: { working: vi.fn() },
    queued: { run: { id }, delivery: 0 },
    since: 0,
    claim: 0,
    ...fields,
  }) as unknown as Ready;
const ids = (line: Ready[]) => line.map(({ queued }) => queued.run.id);

function lineOf(...all: Ready[]): ReadyLine {
  const line = new ReadyLine();
  for (const one of all) line.push(one);
  return line;
}

describe('those that wait for a slot', () => {
  it('start in the order in which they came, behind those that waited elsewhere before', () => {
    const line = lineOf(ready('a'), ready('b'));
    line.pushFirst(ready('granted'));
    expect(line.length).toBe(3);
    expect([line.shift(), line.shift(), line.shift()].map((one) => one?.queued.run.id)).toEqual(['granted', 'a', 'b']);
    expect(line.shift()).toBeUndefined();
  });

  it('go back after a second, but not when they were claimed', () => {
    const line = lineOf(ready('old'), ready('claimed', { claim: 1 }), ready('new', { since: 1 }));
    expect(ids(line.takeOld(1_000))).toEqual([]);
    expect(ids(line.takeOld(1_001))).toEqual(['old']);
    expect(ids(line.takeAll())).toEqual(['claimed', 'new']);
    expect(line.length).toBe(0);
  });

  it('are taken out by their run, all its queueings, or one by one', () => {
    const [first, other, second] = [ready('a'), ready('b'), ready('a')];
    const line = lineOf(first, other, second);
    line.drop(ready('a'));
    expect(line.length).toBe(3);
    expect(line.find(({ queued }) => queued.run.id === 'b')).toBe(other);
    expect(line.takeRun('a')).toEqual([first, second]);
    line.drop(other);
    expect(line.length).toBe(0);
  });

  it('are held', () => {
    const both = [ready('a'), ready('b')];
    lineOf(...both).touch();
    for (const { message } of both) expect(message.working).toHaveBeenCalledOnce();
  });
});
