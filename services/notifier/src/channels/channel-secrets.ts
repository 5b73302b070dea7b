import { type SecretBox, storedSecret } from '@jobflow/platform';
import type { Queryable } from '@jobflow/read-model';
import { z } from 'zod';

const Sealed = z.object({ secret: z.string(), headers: z.record(z.string(), z.string()).optional() });
export type ChannelSecret = z.infer<typeof Sealed>;

/** A rotated secret is used within this time. */
const KEPT_MS = 10_000;

/** The secret and headers of a channel, as the gateway sealed them; undefined when there are none. */
export function createChannelSecrets(db: Queryable, box: SecretBox) {
  const kept = new Map<string, { at: number; secret: ChannelSecret | undefined }>();
  return async (channelId: string): Promise<ChannelSecret | undefined> => {
    const known = kept.get(channelId);
    if (known && Date.now() - known.at < KEPT_MS) return known.secret;
    const name = `channel:${channelId}`;
    const [row] = await db.query<{ sealed: string }>('select sealed from gateway.secrets where name = $1', [name]);
    const secret = row && Sealed.parse(JSON.parse(box.open(row.sealed, storedSecret(name))));
    if (kept.size >= 1_000) kept.clear();
    kept.set(channelId, { at: Date.now(), secret });
    return secret;
  };
}
