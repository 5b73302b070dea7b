import type { Conditions } from './conditions.js';
import type { CursorValues } from './cursor.js';

/**
 * A stable order of rows: one sorted expression, which may be null (then last, whichever way), and one that is unique.
 */
export interface Order {
  by: string;
  unique: string;
  descending: boolean;
  /** The types the cursor's values are cast to. */
  types: [by: string, unique: string];
}

export function orderBy({ by, unique, descending }: Order): string {
  const way = descending ? 'desc' : 'asc';
  return by === unique ? `order by ${unique} ${way}` : `order by ${by} ${way} nulls last, ${unique} ${way}`;
}

/** Restricts to rows that come after the cursor's. */
export function afterCursor(conditions: Conditions, order: Order, cursor: CursorValues): void {
  const { by, unique, descending, types } = order;
  const beyond = descending ? '<' : '>';
  const last = conditions.param(cursor.at(-1));
  if (by === unique) {
    conditions.always(`${unique} ${beyond} ${last}::${types[1]}`);
    return;
  }
  const tie = `${unique} ${beyond} ${last}::${types[1]}`;
  const [value] = cursor;
  if (value === null) {
    conditions.always(`${by} is null and ${tie}`);
    return;
  }
  const at = `${conditions.param(value)}::${types[0]}`;
  conditions.always(`${by} ${beyond} ${at} or (${by} = ${at} and ${tie}) or ${by} is null`);
}
