import type { DeliveryEvent } from '@jobflow/contracts';

type Queued = Extract<DeliveryEvent, { type: 'DeliveryQueued' }>;

/** One notification on its way to one endpoint. */
export interface PendingDelivery {
  id: string;
  channelId: string | undefined;
  url: string | undefined;
  event: string;
  body: string;
  /** The attempt to make next, from 1. */
  number: number;
  dueAt: number;
}

export const firstAttemptOf = (queued: Queued): PendingDelivery => ({
  id: queued.id,
  channelId: queued.channelId,
  url: queued.url,
  event: queued.event,
  body: queued.body,
  number: 1,
  dueAt: queued.createdAt,
});

/** What shares an endpoint's concurrency: a channel, or the URL of a one-off callback. */
export const endpointOf = (delivery: PendingDelivery): string => delivery.channelId ?? delivery.url ?? delivery.id;

/** A URL as it may be shown: its query and most of its path can hold what nobody else should see. */
export function redactedUrl(text: string): string {
  const url = URL.parse(text);
  return url ? `${url.origin}${url.pathname === '/' ? '/' : '/…'}` : '…';
}
