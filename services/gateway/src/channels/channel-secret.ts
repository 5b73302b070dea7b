import { randomBytes } from 'node:crypto';
import { storedSecret } from '@jobflow/platform';
import type { Context } from '../context/context.js';

/** What is sealed beside a channel: the key it signs with, and the values of its extra headers. */
export interface ChannelSecret {
  secret: string;
  headers?: Record<string, string> | undefined;
}

const BYTES = 32;
const PREFIX = 'whsec_';

export const newSecret = (): string => `${PREFIX}${randomBytes(BYTES).toString('base64')}`;

/** A client's own secret in its usual form, or undefined if it does not decode to 24–64 bytes. */
export function ownSecret(text: string): string | undefined {
  const encoded = text.startsWith(PREFIX) ? text.slice(PREFIX.length) : text;
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(encoded)) return undefined;
  const { length } = Buffer.from(encoded, 'base64');
  return length >= 24 && length <= 64 ? `${PREFIX}${encoded}` : undefined;
}

const nameOf = (channelId: string): string => `channel:${channelId}`;

export async function saveChannelSecret(ctx: Context, channelId: string, secret: ChannelSecret): Promise<void> {
  const name = nameOf(channelId);
  await ctx.db.query(
    `insert into gateway.secrets (name, sealed, updated_at, updated_by) values ($1, $2, $3, $4)
     on conflict (name) do update set sealed = excluded.sealed, updated_at = excluded.updated_at, updated_by = excluded.updated_by`,
    [name, ctx.secretBox.seal(JSON.stringify(secret), storedSecret(name)), new Date(ctx.clock.now()), ctx.actor],
  );
}

export async function readChannelSecret(ctx: Context, channelId: string): Promise<ChannelSecret | undefined> {
  const name = nameOf(channelId);
  const [row] = await ctx.db.query<{ sealed: string }>('select sealed from gateway.secrets where name = $1', [name]);
  if (!row) return undefined;
  return JSON.parse(ctx.secretBox.open(row.sealed, storedSecret(name)));
}

export async function deleteChannelSecret(ctx: Pick<Context, 'db'>, channelId: string): Promise<void> {
  await ctx.db.query('delete from gateway.secrets where name = $1', [nameOf(channelId)]);
}
