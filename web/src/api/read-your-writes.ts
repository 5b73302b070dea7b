/**
 * The log position of this tab's last write, sent along with reads for a short while, so that an answer never misses
 * what the user has just done. Positions are opaque; after `freshForMs` the projector has long passed it.
 */
const freshForMs = 10_000;

let last: { position: string; at: number } | undefined;

export function noteWrite(position: unknown, now = Date.now()): void {
  if (typeof position === 'string' && position !== '') last = { position, at: now };
}

export function positionToSend(now = Date.now()): string | undefined {
  return last && now - last.at < freshForMs ? last.position : undefined;
}

/** A position that the server no longer knows (its log was replaced) must not fail every read after it. */
export function forgetWrites(): void {
  last = undefined;
}
