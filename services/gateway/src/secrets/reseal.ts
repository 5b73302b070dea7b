import { type SecretBox, SecretBoxError, storedSecret } from '@jobflow/platform';
import type { Queryable } from '@jobflow/read-model';
import { KEY_OF_ROW } from './keys-in-use.js';

/** Rows held in memory at once: of 64 KiB each at most. */
const BATCH = 50;

export interface ResealedBatch {
  resealed: number;
  /** Names of what was sealed under an old key, and does not open with it. */
  broken: string[];
  /** Where the next batch goes on; undefined: there is none. */
  after?: string;
}

/**
 * Seals a batch of rows under the current key, in the order of their names, whatever they are the secrets of.
 *
 * A row is written only if it still holds the very text that was opened (which no two sealings share), so that a value
 * set meanwhile stays, and another gateway that does the same costs nothing. Each row is a statement of its own: two
 * gateways never hold one row while they wait for another.
 */
export async function resealBatch(db: Queryable, box: SecretBox, after = ''): Promise<ResealedBatch> {
  const rows = await db.query<{ name: string; sealed: string }>(
    `select name, sealed from gateway.secrets where ${KEY_OF_ROW} = any($1::text[]) and name > $2
     order by name limit ${BATCH}`,
    [box.oldKeyIds, after],
  );
  let resealed = 0;
  const broken: string[] = [];
  for (const { name, sealed } of rows) {
    const fresh = sealedAnew(box, name, sealed);
    if (fresh === undefined) broken.push(name);
    else if (await replace(db, name, sealed, fresh)) resealed++;
  }
  const last = rows.length === BATCH ? rows.at(-1)?.name : undefined;
  return { resealed, broken, ...(last !== undefined && { after: last }) };
}

/** Who set the value, and when, stays as it was. */
async function replace(db: Queryable, name: string, before: string, fresh: string): Promise<boolean> {
  const rows = await db.query('update gateway.secrets set sealed = $3 where name = $1 and sealed = $2 returning name', [
    name,
    before,
    fresh,
  ]);
  return rows.length > 0;
}

function sealedAnew(box: SecretBox, name: string, sealed: string): string | undefined {
  try {
    return box.seal(box.open(sealed, storedSecret(name)), storedSecret(name));
  } catch (error) {
    if (error instanceof SecretBoxError) return undefined;
    throw error;
  }
}
