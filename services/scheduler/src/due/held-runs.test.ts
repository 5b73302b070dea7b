import { describe, expect, it } from 'vitest';
import type { DueRow } from './due-rows.js';
import { HeldRuns } from './held-runs.js';

const rowOf = (id: string, size = 100) => ({ id, queue: 'q', size }) as DueRow;
const MiB = 1024 * 1024;

describe('a held run', () => {
  it('comes a second early to be read, together with its neighbours, and at its time to be queued', () => {
    const held = new HeldRuns();
    held.hold('a', 'q', 10_010);
    held.hold('b', 'q', 10_040);
    expect(held.nextToRead()).toBe(9_000);
    const taken = held.takeToRead(9_000, 10);
    expect(taken.map(({ runId, due }) => [runId, due])).toEqual([
      ['a', 10_010],
      ['b', 10_040],
    ]);
    held.holdRow(rowOf('a'), 10_010);
    expect(held.takeToQueue(10_009, 10)).toEqual([]);
    expect(held.takeToQueue(10_010, 10)).toMatchObject([{ id: 'a' }]);
    expect(held.size).toBe(0);
  });

  it('is read anew when its time was moved, whatever had been read', () => {
    const held = new HeldRuns();
    held.holdRow(rowOf('a'), 5_000);
    expect([held.isRead('a'), held.holds('a', 5_000), held.holds('a', 6_000)]).toEqual([true, true, false]);
    held.hold('a', 'q', 3_000);
    expect([held.isRead('a'), held.holds('a', 3_000), held.holds('a', 5_000), held.size]).toEqual([
      false,
      true,
      false,
      1,
    ]);
    expect(held.takeToRead(2_000, 10)).toEqual([{ runId: 'a', queue: 'q', due: 3_000 }]);
  });

  it('keeps only its time once those that were read hold too many bytes', () => {
    const held = new HeldRuns();
    held.holdRow(rowOf('a', 10 * MiB), 1);
    held.holdRow(rowOf('b', 10 * MiB), 2);
    expect([held.isRead('a'), held.isRead('b'), held.size]).toEqual([true, false, 2]);
    expect(held.takeToQueue(2, 10)).toHaveLength(1);
    expect(held.takeToRead(2, 10)).toMatchObject([{ runId: 'b' }]);
    held.holdRow(rowOf('c', 10 * MiB), 3);
    expect(held.isRead('c')).toBe(true);
    held.drop((queue) => queue === 'q');
    held.holdRow(rowOf('d', 15 * MiB), 4);
    expect([held.isRead('d'), held.size]).toEqual([true, 1]);
  });
});
