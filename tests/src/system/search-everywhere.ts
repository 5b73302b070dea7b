import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { NatsLink } from '@jobflow/platform';
import type { Db } from '@jobflow/read-model';
import { Redis } from 'ioredis';

/** Everything a platform has written down, as text: by where it was found. */
export type Writings = Map<string, string>;

/** Every message of every stream. */
export async function readStreams({ jsm }: NatsLink, into: Writings): Promise<void> {
  for await (const { config, state } of jsm.streams.list()) {
    const texts: string[] = [];
    for (let seq = state.first_seq; seq <= state.last_seq; seq++) {
      const message = await jsm.streams.getMessage(config.name, { seq }).catch(() => undefined);
      if (message) texts.push(`${message.subject} ${message.string()} ${JSON.stringify(message.header ?? '')}`);
    }
    into.set(`stream ${config.name}`, texts.join('\n'));
  }
}

/** Every row of every table that is not Postgres's own. */
export async function readTables(db: Db, into: Writings): Promise<void> {
  const tables = await db.query<{ name: string }>(
    `select format('%I.%I', table_schema, table_name) as name from information_schema.tables
     where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')`,
  );
  for (const { name } of tables) {
    const rows = await db.query<{ row: string }>(`select to_jsonb(t)::text as row from ${name} t`);
    // What stands in a bytea column is shown in hexadecimal.
    const text = rows.map(({ row }) => row).join('\n');
    const bytes = [...text.matchAll(/\\\\x([0-9a-f]+)/g)].map(([, hex]) => Buffer.from(hex ?? '', 'hex').toString());
    into.set(`table ${name}`, [text, ...bytes].join('\n'));
  }
}

/** Every key and every value, as Redis dumps it. */
export async function readRedis(url: string, into: Writings): Promise<void> {
  const redis = new Redis(url);
  const texts: string[] = [];
  for (const key of await redis.keys('*')) {
    texts.push(key, (await redis.dumpBuffer(key))?.toString('latin1') ?? '');
  }
  redis.disconnect();
  into.set('redis', texts.join('\n'));
}

/** Every file below a directory. */
export async function readFiles(directory: string, into: Writings): Promise<void> {
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    into.set(`file ${path}`, (await readFile(path)).toString('latin1'));
  }
}

/** Where a text stands, as it is or encoded as something might have encoded it. */
export function whereIs(text: string, writings: Writings): string[] {
  const bytes = Buffer.from(text);
  const forms = [
    text,
    JSON.stringify(text).slice(1, -1),
    encodeURIComponent(text),
    bytes.toString('base64').replace(/=+$/, ''),
    bytes.toString('base64url'),
    bytes.toString('hex'),
  ];
  return [...writings].flatMap(([where, written]) => (forms.some((form) => written.includes(form)) ? [where] : []));
}
