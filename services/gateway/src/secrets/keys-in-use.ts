import type { SecretBox } from '@jobflow/platform';
import type { Queryable } from '@jobflow/read-model';

/** The id of the key that sealed a row. Its first characters alone: the whole of a large value lies elsewhere. */
export const KEY_OF_ROW = `split_part(left(sealed, 36), '.', 2)`;

const MOST_NAMED = 10;

/** How many stored secrets, channels' included, are sealed under which keys. */
export interface KeysInUse {
  current: number;
  /** The one that will be current. */
  next: number;
  old: number;
  /** Under keys that are not here: they cannot be opened. */
  unknown: number;
  unknownKeyIds: string[];
  /** The first ten of those rows in words: a secret's name, a channel's id, and its kind once it is projected. */
  unknownNames: string[];
}

export async function keysInUse(
  db: Queryable,
  box: Pick<SecretBox, 'keyId' | 'keyIds' | 'oldKeyIds'>,
): Promise<KeysInUse> {
  const rows = await db.query<{ key_id: string; count: number }>(
    `select ${KEY_OF_ROW} as key_id, count(*)::int as count from gateway.secrets group by 1 order by 1`,
  );
  const found: KeysInUse = { current: 0, next: 0, old: 0, unknown: 0, unknownKeyIds: [], unknownNames: [] };
  for (const { key_id, count } of rows) {
    if (key_id === box.keyId) found.current += count;
    else if (box.oldKeyIds.includes(key_id)) found.old += count;
    else if (box.keyIds.includes(key_id)) found.next += count;
    else {
      found.unknown += count;
      found.unknownKeyIds.push(key_id);
    }
  }
  if (found.unknown > 0) found.unknownNames = await namesUnder(db, found.unknownKeyIds);
  return found;
}

async function namesUnder(db: Queryable, keyIds: readonly string[]): Promise<string[]> {
  const rows = await db.query<{ name: string; kind: string | null }>(
    `select s.name, c.state->>'kind' as kind
     from gateway.secrets s left join read.channels c on s.name = 'channel:' || c.id
     where ${KEY_OF_ROW} = any($1::text[]) order by s.name limit ${MOST_NAMED}`,
    [keyIds],
  );
  return rows.map(({ name, kind }) => name.replace(/^channel:/, 'channel ') + (kind === null ? '' : ` (${kind})`));
}
