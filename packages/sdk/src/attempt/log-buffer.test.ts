import type { LinesLogged } from '@jobflow/contracts';
import { testClock } from '@jobflow/platform';
import { describe, expect, it } from 'vitest';
import { LogBuffer } from './log-buffer.js';

function makeBuffer() {
  const clock = testClock();
  const stored: LinesLogged[] = [];
  const pending: (() => void)[] = [];
  let held = false;
  const buffer = new LogBuffer({
    clock,
    record: (_subject, events) => {
      stored.push(...events);
      return held ? new Promise<void>((resolve) => pending.push(resolve)) : Promise.resolve();
    },
  });
  const open = () => buffer.open({ runId: 'r', attempt: 1, queue: 'default', level: 'INFO' });
  const log = open();
  const messages = () => stored.flatMap(({ lines }) => lines.map(({ message }) => message));
  return {
    clock,
    stored,
    log,
    open,
    messages,
    hold: () => (held = true),
    release: () => {
      for (const resolve of pending.splice(0)) resolve();
    },
  };
}

describe('the log of an attempt', () => {
  it('goes out every 100 ms, or when 500 lines wait', async () => {
    const { clock, log, stored, messages } = makeBuffer();
    log.write('INFO', 'LOG', 'one');
    await clock.advance(99);
    expect(stored).toEqual([]);
    await clock.advance(1);
    expect(messages()).toEqual(['one']);
    for (let n = 0; n < 500; n++) log.write('INFO', 'LOG', `line ${n}`);
    expect(stored).toHaveLength(2);
    expect(clock.timers()).toBeLessThanOrEqual(1);
  });

  it('leaves out what is below its level, but not what a process printed', () => {
    const { log, messages } = makeBuffer();
    log.write('DEBUG', 'LOG', 'quiet');
    log.write('DEBUG', 'STDOUT', 'printed');
    log.flush();
    expect(messages()).toEqual(['printed']);
  });

  it('is flushed when all of it is stored, not before; at once if there is nothing', async () => {
    const { log, hold, release } = makeBuffer();
    expect(log.flushed()).toBeUndefined();
    hold();
    log.write('INFO', 'LOG', 'one');
    let done = false;
    const flushed = log.flushed()?.then(() => {
      done = true;
    });
    await Promise.resolve();
    expect(done).toBe(false);
    release();
    await flushed;
    expect(done).toBe(true);
  });

  it('keeps 10,000 lines of an attempt, counts the rest, and says so', async () => {
    const { log, stored, messages } = makeBuffer();
    for (let n = 0; n < 10_050; n++) log.write('INFO', 'LOG', 'x');
    await log.flushed();
    expect(messages()).toHaveLength(10_001);
    expect(messages().at(-1)).toMatch(/^50 more lines were not kept/);
    expect(stored.at(-1)).toMatchObject({ dropped: 50 });
  });

  it('keeps 4 MiB of an attempt, however few lines they are', async () => {
    const { log, messages } = makeBuffer();
    for (let n = 0; n < 300; n++) log.write('INFO', 'LOG', 'z'.repeat(16 * 1024));
    await log.flushed();
    expect(messages()).toHaveLength(256);
    expect(messages().at(-1)).toMatch(/^45 more lines were not kept/);
  });

  it('cuts a line that is too long, with a mark', () => {
    const { log, messages } = makeBuffer();
    log.write('INFO', 'LOG', 'é'.repeat(20_000));
    log.flush();
    expect(Buffer.byteLength(messages()[0] ?? '')).toBeLessThanOrEqual(16 * 1024);
    expect(messages()[0]).toMatch(/… \(cut\)$/);
  });

  it('holds at most 32 MiB of what is not stored', async () => {
    const { open, hold, release, stored } = makeBuffer();
    hold();
    const line = 'y'.repeat(16 * 1024);
    const kept = () => stored.flatMap(({ lines }) => lines).length * line.length;
    // One attempt alone may write 4 MiB.
    for (const log of Array.from({ length: 12 }, open)) for (let n = 0; n < 300; n++) log.write('INFO', 'LOG', line);
    expect(kept()).toBeGreaterThan(31 * 1024 * 1024);
    expect(kept()).toBeLessThan(33 * 1024 * 1024);
    release();
    await Promise.resolve();
    const later = open();
    later.write('INFO', 'LOG', 'there is room again');
    later.flush();
    expect(stored.at(-1)?.lines).toMatchObject([{ message: 'there is room again' }]);
  });
});
