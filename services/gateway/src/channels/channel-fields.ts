import type { ChannelState, Json } from '@jobflow/contracts';
import { Ctx, FieldResolver, Float, Resolver, Root } from 'type-graphql';
import type { Context } from '../context/context.js';
import { DateTime, JsonScalar } from '../schema/scalars.js';
import { Channel } from './channel.js';
import { redactedUrl } from './redacted-url.js';

interface ChannelHistory {
  channel_id: string;
  last_at: Date | null;
  last_error: string | null;
  success_rate: number | null;
}

/** Of the last 100 deliveries; the error is that of the newest one, if it has not succeeded since. */
const HISTORY = `
  select wanted.id as channel_id, h.* from unnest($1::text[]) as wanted(id) cross join lateral (
    select max((d.attempts -> -1 ->> 'at')::float8) as last_ms,
      (array_agg(case when d.status <> 'SUCCEEDED' then d.attempts -> -1 ->> 'error' end order by d.created_at desc))[1] as last_error,
      avg((d.status = 'SUCCEEDED')::int) filter (where d.status in ('SUCCEEDED', 'FAILED'))::float8 as success_rate
    from (select status, attempts, created_at from read.deliveries
      where channel_id = wanted.id and jsonb_array_length(attempts) > 0 order by created_at desc limit 100) as d) as h`;

/** What is redacted of a channel, and what became of its deliveries. */
@Resolver(() => Channel)
export class ChannelFields {
  @FieldResolver(() => String)
  target(@Root() channel: ChannelState): string {
    return channel.url === undefined ? (channel.to ?? []).join(', ') : redactedUrl(channel.url);
  }

  @FieldResolver(() => JsonScalar, { nullable: true })
  headers(@Root() channel: ChannelState): Json | undefined {
    return channel.headerNames && Object.fromEntries(channel.headerNames.map((name) => [name, '[redacted]']));
  }

  @FieldResolver(() => DateTime, { nullable: true })
  async lastDeliveryAt(@Root() channel: ChannelState, @Ctx() ctx: Context): Promise<Date | null | undefined> {
    return (await historyOf(ctx, channel.id))?.last_at;
  }

  @FieldResolver(() => String, { nullable: true })
  async lastError(@Root() channel: ChannelState, @Ctx() ctx: Context): Promise<string | null | undefined> {
    return (await historyOf(ctx, channel.id))?.last_error;
  }

  @FieldResolver(() => Float, { nullable: true })
  async successRate(@Root() channel: ChannelState, @Ctx() ctx: Context): Promise<number | null | undefined> {
    return (await historyOf(ctx, channel.id))?.success_rate;
  }
}

function historyOf(ctx: Pick<Context, 'db' | 'loaders'>, id: string): Promise<ChannelHistory | undefined> {
  const loader = ctx.loaders.of('channel-history', async (ids: readonly string[]) => {
    const rows = await ctx.db.query<ChannelHistory & { last_ms: number | null }>(HISTORY, [ids]);
    const found = new Map(
      rows.map((row) => [row.channel_id, { ...row, last_at: row.last_ms === null ? null : new Date(row.last_ms) }]),
    );
    return ids.map((one) => found.get(one));
  });
  return loader.load(id);
}
