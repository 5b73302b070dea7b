import { type SecretBox, storedSecret } from '@jobflow/platform';
import type { Db, Queryable } from '@jobflow/read-model';

/** Secrets there can be; what belongs to channels is not counted. */
export const mostSecrets = 1_000;

/** Rows of channels are named `channel:<id>`; a secret's name holds no colon. */
const OWN = `position(':' in name) = 0`;

export interface SecretRow {
  name: string;
  description: string | null;
  updated_at: Date;
  updated_by: string | null;
}

const columns = 'name, description, updated_at, updated_by';

export interface SecretToSave {
  name: string;
  value: string;
  /** Undefined: as it was. */
  description?: string | null | undefined;
  at: Date;
  by: string;
}

/** Writes a secret, new or not; undefined if there are too many to add another. */
export async function saveSecret(
  db: Queryable,
  box: SecretBox,
  { name, value, description, at, by }: SecretToSave,
): Promise<(SecretRow & { created: boolean }) | undefined> {
  const [row] = await db.query<SecretRow & { created: boolean }>(
    `insert into gateway.secrets as kept (name, sealed, description, updated_at, updated_by)
     select $1, $2, $3, $5, $6
     where exists (select 1 from gateway.secrets where name = $1)
       or (select count(*) from gateway.secrets where ${OWN}) < ${mostSecrets}
     on conflict (name) do update set sealed = excluded.sealed, updated_at = excluded.updated_at,
       updated_by = excluded.updated_by, description = case when $4 then excluded.description else kept.description end
     returning ${columns}, (xmax = 0) as created`,
    [name, box.seal(value, storedSecret(name)), description ?? null, description !== undefined, at, by],
  );
  return row;
}

export const listSecrets = (db: Queryable): Promise<SecretRow[]> =>
  db.query<SecretRow>(`select ${columns} from gateway.secrets where ${OWN} order by name limit ${mostSecrets}`);

/** Which of these exist. */
export async function existingSecrets(db: Queryable, names: readonly string[]): Promise<Set<string>> {
  if (names.length === 0) return new Set();
  const rows = await db.query<{ name: string }>(
    `select name from gateway.secrets where name = any($1::text[]) and ${OWN}`,
    [names],
  );
  return new Set(rows.map(({ name }) => name));
}

/** Whether there was one. */
export async function removeSecret(db: Queryable, name: string): Promise<boolean> {
  const rows = await db.query(`delete from gateway.secrets where name = $1 and ${OWN} returning name`, [name]);
  return rows.length > 0;
}

/** A secret's value; undefined if there is none. @throws SecretBoxError if its key is not here */
export async function readSecret(db: Pick<Db, 'query'>, box: SecretBox, name: string): Promise<string | undefined> {
  const [row] = await db.query<{ sealed: string }>(`select sealed from gateway.secrets where name = $1 and ${OWN}`, [
    name,
  ]);
  return row && box.open(row.sealed, storedSecret(name));
}
