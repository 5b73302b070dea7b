import { type ChannelState, type DeliveryEvent, endsOf, type NotifyGroup, type NotifyRun } from '@jobflow/contracts';
import { matchChannels } from '../channels/match-channels.js';
import { redactedUrl } from '../deliveries/delivery.js';
import { deliveryId } from '../deliveries/delivery-id.js';
import { type EndedRun, eventName, runPayload } from '../webhook/run-payload.js';

export interface PlanFacts {
  channels: readonly ChannelState[];
  runs: ReadonlyMap<string, EndedRun>;
  now: number;
  publicUrl: string;
}

/** The runs whose rows are needed: those that somebody wants to hear of, in the order of their ends. */
export const concerned = (
  groups: readonly NotifyGroup[],
  channels: readonly ChannelState[],
  now: number,
): NotifyRun[] =>
  groups
    .flatMap((group) => {
      const matched = matchChannels(channels, group, now).length > 0;
      const ends = matched ? group.ends : group.ends.filter((end) => end.callbackUrl !== undefined);
      return endsOf({ ...group, ends });
    })
    .sort((a, b) => a.at - b.at);

/** The deliveries an end comes to. The same end gives the same ids, so an effect that comes twice delivers once. */
export function planDeliveries(notify: NotifyRun, { channels, runs, now, publicUrl }: PlanFacts): DeliveryEvent[] {
  const run = runs.get(notify.runId);
  if (!run) return [];
  const body = runPayload(run, publicUrl);
  const shared = {
    kind: 'WEBHOOK' as const,
    runId: notify.runId,
    job: notify.job,
    event: eventName(notify.status),
    body,
    createdAt: now,
  };
  const events: DeliveryEvent[] = [];
  for (const { channel, mutedUntil } of matchChannels(channels, notify, now)) {
    if (channel.kind !== 'WEBHOOK' || channel.url === undefined) continue;
    const id = deliveryId(channel.id, notify.runId, notify.status, notify.at);
    events.push({
      type: 'DeliveryQueued',
      id,
      channelId: channel.id,
      target: redactedUrl(channel.url),
      url: channel.url,
      ...shared,
    });
    if (mutedUntil !== undefined)
      events.push({ type: 'DeliverySuppressed', id, reason: `muted until ${new Date(mutedUntil).toISOString()}` });
  }
  if (notify.callbackUrl !== undefined) {
    const id = deliveryId('callback', notify.runId, notify.status, notify.at);
    events.push({
      type: 'DeliveryQueued',
      id,
      target: redactedUrl(notify.callbackUrl),
      url: notify.callbackUrl,
      ...shared,
    });
  }
  return events;
}
