import { randomBytes, randomFillSync } from 'node:crypto';
import { v7 } from 'uuid';

const BYTES = 16;
// Random bytes are drawn a pool at a time: one call for each id would cost more than all the rest of it.
const pool = new Uint8Array(256 * BYTES);
let used = pool.length;
let lastMs = 0;
let seq = 0;

/** A UUIDv7: unique, and within a process in the order they were made. */
export function newId(): string {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const random = pool.subarray(used, used + BYTES);
  used += BYTES;
  const now = Date.now();
  if (now > lastMs) {
    lastMs = now;
    // 31 random bits, so that there is room to count up.
    seq = new DataView(random.buffer, random.byteOffset).getUint32(0) >>> 1;
  } else if (seq === 0xffffffff) {
    lastMs++;
    seq = 0;
  } else seq++;
  return v7({ random, msecs: lastMs, seq });
}

/** Random bytes as base64url, for tokens and names that must not be guessed. */
export const newToken = (bytes = 32): string => randomBytes(bytes).toString('base64url');
