/** What the reply subject of a JetStream message tells about its delivery. */
export interface DeliveryInfo {
  deliveryCount: number;
  seq: number;
  consumerSeq: number;
  /** When it was stored, epoch ms by the broker's clock. */
  time: number;
  /** Messages of this consumer still waiting. */
  pending: number;
}

/**
 * Reads `$JS.ACK.<stream>.<consumer>.<delivered>.<seq>.<consumer seq>.<nanos>.<pending>`, or the longer form with a
 * domain and an account hash before the stream.
 */
export function deliveryInfo(reply: string): DeliveryInfo | undefined {
  const tokens = reply.split('.');
  if (tokens[0] !== '$JS' || tokens[1] !== 'ACK') return undefined;
  const at = tokens.length === 9 ? 4 : tokens.length >= 11 ? 6 : 0;
  if (at === 0) return undefined;
  return {
    deliveryCount: Number(tokens[at]),
    seq: Number(tokens[at + 1]),
    consumerSeq: Number(tokens[at + 2]),
    time: Math.floor(Number(tokens[at + 3]) / 1e6),
    pending: Number(tokens[at + 4]),
  };
}
