import { DELIVERIES_STREAM } from '@jobflow/contracts';
import { Arg, Ctx, ID, Int, Query, Resolver, Root, Subscription } from 'type-graphql';
import type { Context } from '../context/context.js';
import { visibleJobs } from '../runs/visible-jobs.js';
import { Delivery, DeliveryConnection, DeliveryFilter } from './delivery.js';
import { changedDeliveries, findDelivery, listDeliveries } from './list-deliveries.js';

@Resolver()
export class DeliveryResolver {
  @Query(() => Delivery, { nullable: true })
  delivery(@Arg('id', () => ID) id: string, @Ctx() ctx: Context): Promise<Delivery | undefined> {
    return findDelivery(ctx, id);
  }

  @Query(() => DeliveryConnection, { nullable: true })
  deliveries(
    @Ctx() ctx: Context,
    @Arg('filter', () => DeliveryFilter, { nullable: true }) filter?: DeliveryFilter | null,
    @Arg('first', () => Int, { nullable: true, defaultValue: 50 }) first?: number | null,
    @Arg('after', () => String, { nullable: true }) after?: string | null,
  ): Promise<DeliveryConnection> {
    return listDeliveries(ctx, { filter, first, after });
  }

  /** Those that changed. */
  @Subscription(() => [Delivery], { subscribe: ({ args, context }) => deliveryFrames(context as Context, args.filter) })
  deliveryUpdates(
    @Root() deliveries: Delivery[],
    @Arg('filter', () => DeliveryFilter, { nullable: true }) _filter?: DeliveryFilter | null,
  ): Delivery[] {
    return deliveries;
  }
}

async function deliveryFrames(
  ctx: Context,
  filter: DeliveryFilter | null | undefined,
): Promise<AsyncIterable<Delivery[]>> {
  const ticks = ctx.live.changes(ctx.signal);
  const [row] = await ctx.db.query<{ seq: number }>('select seq from read.checkpoint where stream = $1', [
    DELIVERIES_STREAM,
  ]);
  const key = `deliveries ${JSON.stringify([filter, visibleJobs(ctx.principal)])}`;
  return (async function* follow() {
    let from = row?.seq ?? 0;
    for await (const tick of ticks) {
      if (!tick.deliveries) continue;
      const after = from;
      const read = () => changedDeliveries(ctx, filter, visibleJobs(ctx.principal), after);
      const changed = await ctx.live.shared(tick, `${key} ${after}`, read);
      if (changed.length === 0) continue;
      from = Math.max(from, ...changed.map(({ changedSeq }) => changedSeq));
      yield changed.map(({ delivery }) => delivery);
    }
  })();
}
