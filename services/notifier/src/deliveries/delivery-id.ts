import { createHash } from 'node:crypto';

/** A UUIDv5-shaped name of (recipient, what ended, how, when): the same end gives the same id. */
export function deliveryId(recipient: string, endedId: string, status: string, at: number): string {
  const hash = createHash('sha1').update(`jobflow:delivery:${recipient}:${endedId}:${status}:${at}`).digest();
  hash[6] = ((hash[6] ?? 0) & 0x0f) | 0x50;
  hash[8] = ((hash[8] ?? 0) & 0x3f) | 0x80;
  const hex = hash.subarray(0, 16).toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
