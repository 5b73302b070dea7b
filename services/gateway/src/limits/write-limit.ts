import type { Principal } from '../auth/principal.js';
import type { RateCounter } from './rate-counter.js';
import type { Rate, Verdict } from './rate-window.js';

/** Holds each client to so many writes a minute. A client is a user or a key; somebody unknown is their address. */
export interface WriteLimit {
  check(principal: Principal | undefined, address: string, writes: number): Promise<Verdict>;
}

/** @param writesPerMinute undefined: not limited */
export function createWriteLimit(counter: RateCounter, writesPerMinute: number | undefined): WriteLimit {
  if (writesPerMinute === undefined) return { check: async () => ({ ok: true }) };
  const rate: Rate = { burst: writesPerMinute, everyMs: 60_000 / writesPerMinute };
  return {
    async check(principal, address, writes) {
      // Fails open: without Redis every gateway would let the full rate through by itself, so none is enforced.
      if (writes === 0 || !counter.shared()) return { ok: true };
      return counter.take(`write:${principal?.id ?? address}`, rate, writes);
    },
  };
}
