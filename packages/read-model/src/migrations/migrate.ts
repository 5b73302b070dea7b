import { createDb, DatabaseUnavailableError } from '../db/db.js';

const MINIMUM = 15;
/** Any number that no other user of the database picks: "jobflow" in ASCII. */
const LOCK = 0x6a6f62666c6f77n;

/**
 * Brings the database up to date. Safe when several processes call it at once, and when there is nothing to do.
 * MikroORM's migrator is loaded only here: it costs some 40 MB, which no service should carry.
 *
 * @throws Error with one sentence that says what to do, when Postgres is away or too old.
 */
export async function migrate(databaseUrl: string): Promise<void> {
  const db = await createDb(databaseUrl, { name: 'migrate', max: 1 });
  try {
    await refuseOldServer(db);
    const session = await db.session();
    try {
      await session.query('select pg_advisory_lock($1)', [LOCK.toString()]);
      await applyMigrations(databaseUrl);
    } finally {
      await session.end();
    }
  } catch (error) {
    if (!(error instanceof DatabaseUnavailableError)) throw error;
    throw new Error(`${error.message}: check DATABASE_URL and that the server runs.`, { cause: error });
  } finally {
    await db.stop();
  }
}

async function refuseOldServer(db: Awaited<ReturnType<typeof createDb>>): Promise<void> {
  const [row] = await db.query<{ version: string }>(`select current_setting('server_version_num') as version`);
  const major = Math.floor(Number(row?.version ?? 0) / 10_000);
  if (major >= MINIMUM) return;
  throw new Error(
    `Postgres is version ${major}, and Jobflow needs ${MINIMUM} or newer: upgrade it, or leave DATABASE_URL unset to use a private one.`,
  );
}

async function applyMigrations(databaseUrl: string): Promise<void> {
  const [{ MikroORM }, { Migrator }, { migrations }] = await Promise.all([
    import('@mikro-orm/postgresql'),
    import('@mikro-orm/migrations'),
    import('./index.js'),
  ]);
  const orm = await MikroORM.init({
    clientUrl: databaseUrl,
    entities: [],
    discovery: { warnWhenNoEntities: false },
    extensions: [Migrator],
    // Whoever migrates says so in their own words.
    logger: () => undefined,
    migrations: { migrationsList: migrations, tableName: 'jobflow_migrations', snapshot: false, transactional: true },
  });
  try {
    await orm.migrator.up();
  } finally {
    await orm.close(true);
  }
}
