import type { Service } from '@jobflow/platform';

export interface ConcurrencyLimit {
  key: string;
  limit: number;
}
export interface RateLimit {
  key: string;
  /** So many in `perMs` milliseconds. */
  limit: number;
  perMs: number;
}

/** What one run needs before it may start: all of it or nothing. */
export interface PermitRequest {
  runId: string;
  delivery: number;
  concurrency: readonly ConcurrencyLimit[];
  rate?: RateLimit;
  /** Its place in line: what is kept for those before it is not for it. */
  since?: number;
  /** Its turn under the rate was booked, and is now. */
  booked: boolean;
}

export interface Holder {
  runId: string;
  delivery: number;
}

export type PermitAnswer =
  | { kind: 'granted' }
  /** Up to 8 of those who hold its permits now. */
  | { kind: 'no-permit'; key: string; holders: Holder[] }
  /** A turn was booked for it, so many milliseconds from now; one that had booked before only has to wait so long. */
  | { kind: 'no-turn'; key: string; waitMs: number }
  /** Limits cannot be counted now. Nothing that is limited may start. */
  | { kind: 'unavailable'; why: string };

export interface QueueRequest {
  queue: string;
  count: number;
  concurrency?: number | undefined;
  rate?: { limit: number; perMs: number } | undefined;
}
export type QueueAnswer =
  | { kind: 'granted'; count: number }
  /** `waitMs`: until the rate allows the next; absent: until a permit is given back. */
  | { kind: 'refused'; waitMs?: number }
  | { kind: 'unavailable'; why: string };

export type Freed = (of: 'key' | 'queue', name: string, count: number) => void;

/**
 * Permits that all executors share. A permit is leased to a worker for 30 s and renewed while the worker lives: those of
 * a lost worker return by themselves. Rates are GCRA: starts are at least `perMs / limit` apart, but for a burst of a
 * fiftieth of the limit, so that no window of `perMs` sees more than 2 % (or one) above it.
 */
export interface Permits extends Service {
  take(request: PermitRequest): Promise<PermitAnswer>;
  /** Gives a run's permits back; never rejects, and what cannot be told now is told later. */
  release(held: Holder & { concurrency: readonly ConcurrencyLimit[] }): void;
  /**
   * Keeps a place for a run that was refused after it had waited before: the next permit of the key that comes free is
   * kept for it for 3 s. At most 1,000 places of a key, for a day; none while permits of the key come free twice a second or
   * more, since keeping them would cost short runs more than it helps.
   */
  reserve(key: string, runId: string, since: number): void;
  /** As many permits of a queue as there are, up to `count`. */
  takeForQueue(request: QueueRequest): Promise<QueueAnswer>;
  /** `count` permits come back; `unused` of what the rate had allowed was not used. */
  giveBackForQueue(request: QueueRequest, unused: number): void;
  /** Called when so many permits of a key (of runs) or a queue may have come free, here or elsewhere. Returns what ends that. */
  onFreed(fn: Freed): () => void;
  /** Why limits cannot be counted now. */
  trouble(): string | undefined;
}
