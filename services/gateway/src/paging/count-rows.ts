import type { Db, Queryable } from '@jobflow/read-model';

const COUNT_MS = 200;

/** How many rows `from` (a table and its condition) has: exact, or null when counting takes over 200 ms. */
export async function countRows(db: Pick<Db, 'tx'>, from: string, params: unknown[]): Promise<number | null> {
  const count = async (tx: Queryable) => {
    await tx.query(`set local statement_timeout = ${COUNT_MS}`);
    const [row] = await tx.query<{ n: number }>(`select count(*) as n from ${from}`, params);
    return row?.n ?? 0;
  };
  try {
    return await db.tx(count);
  } catch (error) {
    if (isTimeout(error)) return null;
    throw error;
  }
}

/** Postgres cancelled the statement. */
export const isTimeout = (error: unknown): boolean => (error as { code?: string } | undefined)?.code === '57014';
