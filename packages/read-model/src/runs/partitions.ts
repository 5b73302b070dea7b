import type { Queryable } from '../db/db.js';

const DAY = 86_400_000;
const TABLES = ['runs', 'run_events', 'log_lines'] as const;

/** The least UUIDv7 of an instant. */
export function firstIdAt(ms: number): string {
  const hex = Math.max(0, Math.floor(ms)).toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-0000-0000-000000000000`;
}

/** One partition per UTC day, from yesterday to the day after tomorrow. Idempotent. */
export async function ensurePartitions(db: Queryable, now: number): Promise<void> {
  const today = Math.floor(now / DAY) * DAY;
  for (let day = today - DAY; day <= today + 2 * DAY; day += DAY) {
    const suffix = new Date(day).toISOString().slice(0, 10).replaceAll('-', '');
    for (const table of TABLES) {
      const name = `read.${table}_${suffix}`;
      const [found] = await db.query<{ there: boolean }>('select to_regclass($1) is not null as there', [name]);
      if (found?.there) continue;
      // Rows of runs change a few times in their life: room on the page keeps those updates cheap.
      const storage = table === 'runs' ? ' with (fillfactor = 80)' : '';
      await db.query(
        `create table if not exists ${name} partition of read.${table} for values from ('${firstIdAt(day)}') to ('${firstIdAt(day + DAY)}')${storage}`,
      );
    }
  }
}
