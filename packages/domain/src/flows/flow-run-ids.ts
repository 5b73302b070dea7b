import { createHash } from 'node:crypto';

/**
 * The run ids of a flow's nodes, in their order: UUIDv7s of the flow id's own instant, made from nothing but the flow id.
 * So a flow that is appended again, by whoever is unsure whether it was stored, has the same runs.
 */
export function flowRunIds(flowId: string, count: number): string[] {
  const hex = flowId.replaceAll('-', '').toLowerCase();
  const hash = createHash('sha1').update(`jobflow:flow:${hex}`).digest();
  hash[0] = ((hash[0] ?? 0) & 0x3f) | 0x80;
  const rest = hash.toString('hex');
  const time = `${hex.slice(0, 8)}-${hex.slice(8, 12)}`;
  const tail = `${rest.slice(0, 4)}-${rest.slice(4, 16)}`;
  return Array.from({ length: count }, (_, n) => `${time}-7${n.toString(16).padStart(3, '0')}-${tail}`);
}
