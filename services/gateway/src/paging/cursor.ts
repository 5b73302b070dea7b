import { badUserInput } from '../errors/refusals.js';

/** What a cursor holds: the sort values of the row it stands behind, the unique one last. */
export type CursorValues = readonly (string | number | boolean | null)[];

/**
 * An opaque cursor. `order` names the list and its sort, so that a cursor of one is refused by the other instead of
 * silently skipping rows.
 */
export const encodeCursor = (order: string, values: CursorValues): string =>
  Buffer.from(JSON.stringify([order, ...values])).toString('base64url');

/** The values of a cursor that `encodeCursor` made for this order; BAD_USER_INPUT for anything else. */
export function decodeCursor(order: string, length: number, cursor: string): CursorValues {
  const values = parse(cursor);
  if (
    !Array.isArray(values) ||
    values.length !== length + 1 ||
    values[0] !== order ||
    !values.slice(1).every(isPlain)
  ) {
    throw badUserInput({ after: 'is not a cursor of this list; take it from pageInfo.endCursor, with the same sort' });
  }
  return values.slice(1) as CursorValues;
}

function parse(cursor: string): unknown {
  if (cursor.length > 4096) return undefined;
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
}

const isPlain = (value: unknown): boolean => value === null || ['string', 'number', 'boolean'].includes(typeof value);
