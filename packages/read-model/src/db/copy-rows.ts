import { finished } from 'node:stream/promises';
import type pg from 'pg';
import { from } from 'pg-copy-streams';
import { type CopyColumn, CopyEncoder } from './copy-encoder.js';

/** Adds rows to a table, all or none. Both names are the program's own: they go into the statement as they are. */
export async function copyRows<R>(
  client: pg.ClientBase,
  table: string,
  columns: readonly CopyColumn<R>[],
  rows: Iterable<R>,
): Promise<void> {
  const bytes = new CopyEncoder(columns).encode(rows);
  const names = columns.map((column) => column.name).join(', ');
  const stream = client.query(from(`copy ${table} (${names}) from stdin (format binary)`));
  stream.end(bytes);
  await finished(stream);
}
