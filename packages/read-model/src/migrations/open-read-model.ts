import { createDb, type Db, type DbOptions } from '../db/db.js';
import { NEWEST_MIGRATION } from './newest.js';

/** The database cannot be used as it is. The message is one sentence that says why and what to do, without secrets. */
class ReadModelNotReadyError extends Error {
  override readonly name = 'ReadModelNotReadyError';
}

const NO_TABLE = '42P01';
const WRONG_PASSWORD = '28P01';
const NO_DATABASE = '3D000';
const NO_RIGHT = '42501';

/**
 * The database of a service, once it is known to be there and to have what this version needs. One that is newer will do:
 * migrations take nothing away that the version before them needs, so that services of both can work side by side while one
 * replaces the other.
 *
 * @throws Error whose message is one sentence that says why and what to do
 */
export async function openReadModel(databaseUrl: string, options: DbOptions): Promise<Db> {
  const db = await createDb(databaseUrl, options);
  try {
    const names = await db.query<{ name: string }>('select name from jobflow_migrations order by name');
    if (names.some(({ name }) => name === NEWEST_MIGRATION)) return db;
    throw new ReadModelNotReadyError(
      `The database is at ${names.at(-1)?.name ?? 'no migration'}, and this version needs ${NEWEST_MIGRATION}: run \`jobflow migrate\` first.`,
    );
  } catch (error) {
    await db.stop();
    throw error instanceof ReadModelNotReadyError ? error : notReady(error as Error & { code?: string });
  }
}

function notReady(error: Error & { code?: string }): ReadModelNotReadyError {
  const say = (message: string) => new ReadModelNotReadyError(message, { cause: error });
  if (error.code === NO_TABLE) return say('The database has no Jobflow tables yet: run `jobflow migrate` first.');
  if (error.code === WRONG_PASSWORD)
    return say('Postgres refuses the user or the password in DATABASE_URL: correct it.');
  if (error.code === NO_DATABASE)
    return say('Postgres has no such database as DATABASE_URL names: create it, or correct the name.');
  if (error.code === NO_RIGHT)
    return say(
      'The user in DATABASE_URL may not read the table jobflow_migrations: use the user that ran `jobflow migrate`, or grant this one what it needs.',
    );
  return say(`${error.message}: check that Postgres runs and that DATABASE_URL is right.`);
}
