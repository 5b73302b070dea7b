import { type ChannelState, type DeliveryEvent, deliverySubject, type RunWebhook } from '@jobflow/contracts';
import { newId } from '@jobflow/platform';
import { byOf, type Context } from '../context/context.js';
import type { Delivery } from '../deliveries/delivery.js';
import { findDelivery } from '../deliveries/list-deliveries.js';
import { queueFull } from '../errors/refusals.js';
import { redactedUrl } from './redacted-url.js';

const SHOWN_WITHIN_MS = 2_000;
const LOOK_EVERY_MS = 25;

/** Sends a test to a channel, whether or not it is enabled; answered once it shows in the list of deliveries. */
export async function sendTest(ctx: Context, channel: ChannelState): Promise<Delivery> {
  const createdAt = ctx.clock.now();
  const body: RunWebhook = { type: 'test', timestamp: new Date(createdAt).toISOString(), data: {} };
  const queued: DeliveryEvent = {
    type: 'DeliveryQueued',
    id: newId(),
    channelId: channel.id,
    kind: channel.kind,
    target: redactedUrl(channel.url ?? ''),
    url: channel.url,
    event: 'test',
    body: JSON.stringify(body),
    createdAt,
  };
  const subject = deliverySubject('queued', channel.kind);
  const appended = await ctx.log.append({ messages: [{ subject, events: [queued] }], msgId: queued.id, by: byOf(ctx) });
  if (!appended.ok) throw queueFull('The log of deliveries is at its limit.');
  const until = createdAt + SHOWN_WITHIN_MS;
  while (ctx.clock.now() < until) {
    const shown = await findDelivery(ctx, queued.id);
    if (shown) return shown;
    await new Promise<void>((resolve) => ctx.clock.setTimer(LOOK_EVERY_MS, resolve));
  }
  const { id, channelId, kind, target, event } = queued;
  return { id, channelId, kind, target, event, status: 'PENDING', attempts: [], createdAt };
}
