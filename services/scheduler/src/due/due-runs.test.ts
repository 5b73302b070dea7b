import { type Logger, type StateStore, testClock } from '@jobflow/platform';
import type { Db } from '@jobflow/read-model';
import { afterEach, describe, expect, it } from 'vitest';
import type { Shards } from '../shards/shard-locks.js';
import type { DueRow } from './due-rows.js';
import { createDueRuns, type DueRuns } from './due-runs.js';

const SECOND = 1_000;
/** As many as are held at most. */
const MOST = 50_000;
const logger = { warn: (fields: object) => void trouble.push(fields) } as unknown as Logger;
const shards = { heldSince: () => 0, held: () => [1] } as unknown as Shards;
const store = { queues: new Map() } as unknown as StateStore;

let trouble: object[] = [];
let running: DueRuns | undefined;
afterEach(async () => {
  await running?.stop();
  running = undefined;
  trouble = [];
});

interface Waiting {
  id: string;
  due: Date;
}

/** Waiting runs in a table that counts how many of them it was made to show; whatever is queued leaves it. */
function world() {
  const clock = testClock();
  const table = new Map<string, Waiting>();
  /** By how much each was late that was queued, in ms. */
  const late: number[] = [];
  let shown = 0;
  const page = (until: Date, afterDue: Date, afterId: string, most: number) =>
    [...table.values()]
      .filter(
        ({ id, due }) => due <= until && (due > afterDue || (due.getTime() === afterDue.getTime() && id > afterId)),
      )
      .sort((a, b) => a.due.getTime() - b.due.getTime() || (a.id < b.id ? -1 : 1))
      .slice(0, most);
  const query = async (sql: string, params: readonly unknown[]) => {
    if (sql.includes('id = any')) {
      return (params[0] as string[]).flatMap((id) => rowOf(table.get(id)) ?? []);
    }
    const [until, afterDue, afterId, , most] = params as [Date, Date, string, string[], number];
    const rows = page(until, afterDue, afterId, most);
    shown += rows.length;
    return rows.map(({ id, due }) => ({ id, due, queue: 'q', status: 'SCHEDULED', attempt: 0, delivery: -1 }));
  };
  const rows = {
    wasQueued: () => false,
    async queue({ id }: DueRow) {
      late.push(clock.now() - (table.get(id)?.due.getTime() ?? 0));
      table.delete(id);
      return undefined;
    },
  };
  const db = { query } as unknown as Db;
  running = createDueRuns({ db, rows, superseded: { add() {} }, store, shards, clock, logger });
  return {
    clock,
    due: running,
    late,
    shown: () => shown,
    /** So many runs, one after the other in this span from now on. */
    plan(count: number, name: string, fromMs: number, toMs: number) {
      for (let n = 0; n < count; n++) {
        const id = `${name}-${String(n).padStart(6, '0')}`;
        table.set(id, { id, due: new Date(clock.now() + Math.floor(fromMs + (n * (toMs - fromMs)) / count)) });
      }
    },
  };
}

const rowOf = (run: Waiting | undefined): DueRow | undefined =>
  run && ({ id: run.id, queue: 'q', due_at: run.due, next_attempt_at: null, size: 0 } as unknown as DueRow);

describe('runs that wait for their time', () => {
  it('are held by a sweep, however many are held already', async () => {
    const { clock, due, plan } = world();
    plan(30_000, 'a', 40 * SECOND, 55 * SECOND);
    await due.start();
    await clock.advance(0);
    expect(due.held()).toBe(30_000);
    plan(15_000, 'b', 56 * SECOND, 59 * SECOND);
    await clock.advance(30 * SECOND);
    expect(due.held()).toBe(45_000);
    expect(trouble).toEqual([]);
  });

  it('are queued at once if they are overdue, though as many as are held are due later', async () => {
    const { clock, due, plan, late } = world();
    plan(MOST, 'later', 55 * SECOND, 59 * SECOND);
    await due.start();
    await clock.advance(0);
    plan(1, 'overdue', -SECOND, -SECOND);
    due.sweep();
    await clock.advance(0);
    expect(late).toEqual([SECOND]);
  });

  it('are all queued at their time, though they are more than are held', async () => {
    const { clock, due, plan, late, shown } = world();
    const count = MOST + 30_000;
    plan(count, 'a', 20 * SECOND, 40 * SECOND);
    await due.start();
    await clock.advance(0);
    expect(due.held()).toBeGreaterThanOrEqual(MOST);
    expect(due.held()).toBeLessThanOrEqual(MOST + 2_000);
    await clock.advance(41 * SECOND);
    expect(late).toHaveLength(count);
    expect(late.every((ms) => ms === 0)).toBe(true);
    // Looked at again only when there is room, and once by each sweep in between.
    expect(shown()).toBeLessThan(4 * count);
  });
});
