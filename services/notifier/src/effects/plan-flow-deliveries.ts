import type { DeliveryEvent, FlowStatus, NotifyFlow, RunWebhook } from '@jobflow/contracts';
import type { Queryable } from '@jobflow/read-model';
import { redactedUrl } from '../deliveries/delivery.js';
import { deliveryId } from '../deliveries/delivery-id.js';

export interface EndedFlow {
  id: string;
  name: string | null;
  tags: string[];
  total: number;
  failed: number;
  created_at: Date;
}

export async function endedFlows(db: Queryable, ids: readonly string[]): Promise<Map<string, EndedFlow>> {
  const rows = await db.query<EndedFlow>(
    'select id, name, tags, total, failed, created_at from read.flows where id = any($1::uuid[])',
    [ids],
  );
  return new Map(rows.map((row) => [row.id, row]));
}

const eventOf = (status: FlowStatus): RunWebhook['type'] => `flow.${status.toLowerCase()}` as RunWebhook['type'];

/** The one delivery that a flow's end comes to. The same end has the same id, so an effect that comes twice delivers once. */
export function planFlowDelivery(
  { flowId, status, at, callbackUrl }: NotifyFlow,
  flow: EndedFlow,
  { now, publicUrl }: { now: number; publicUrl: string },
): DeliveryEvent[] {
  const payload: RunWebhook = {
    type: eventOf(status),
    timestamp: new Date(at).toISOString(),
    data: {
      flowId,
      ...(flow.name !== null && { name: flow.name }),
      status,
      total: flow.total,
      failed: flow.failed,
      tags: flow.tags,
      createdAt: flow.created_at.toISOString(),
      finishedAt: new Date(at).toISOString(),
      url: `${publicUrl.replace(/\/$/, '')}/flows/${flowId}`,
    },
  };
  return [
    {
      type: 'DeliveryQueued',
      id: deliveryId('flow-callback', flowId, status, at),
      kind: 'WEBHOOK',
      target: redactedUrl(callbackUrl),
      url: callbackUrl,
      event: payload.type,
      body: JSON.stringify(payload),
      createdAt: now,
    },
  ];
}
