import type { SecretBox } from '@jobflow/platform';
import type { Queryable } from '@jobflow/read-model';

/** The id of the key that sealed a row. Its first characters alone: the whole of a large value lies elsewhere. */
export const KEY_OF_ROW = `split_part(left(sealed, 36), '.', 2)`;

/** How many stored secrets, channels' included, are sealed under which keys. */
export interface KeysInUse {
  current: number;
  /** The one that will be current. */
  next: number;
  old: number;
  /** Under keys that are not here: they cannot be opened. */
  unknown: number;
  unknownKeyIds: string[];
}

export async function keysInUse(
  db: Queryable,
  box: Pick<SecretBox, 'keyId' | 'keyIds' | 'oldKeyIds'>,
): Promise<KeysInUse> {
  const rows = await db.query<{ key_id: string; count: number }>(
    `select ${KEY_OF_ROW} as key_id, count(*)::int as count from gateway.secrets group by 1 order by 1`,
  );
  const found: KeysInUse = { current: 0, next: 0, old: 0, unknown: 0, unknownKeyIds: [] };
  for (const { key_id, count } of rows) {
    if (key_id === box.keyId) found.current += count;
    else if (box.oldKeyIds.includes(key_id)) found.old += count;
    else if (box.keyIds.includes(key_id)) found.next += count;
    else {
      found.unknown += count;
      found.unknownKeyIds.push(key_id);
    }
  }
  return found;
}
