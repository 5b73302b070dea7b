import type { Position } from '@jobflow/contracts';

/**
 * Something changed in the read model: everything with `prev < changed_seq <= cur`.
 * The ticks one subscriber sees follow each other without a gap, whatever was lost or merged on the way.
 */
export interface LiveTick {
  readonly prev: Position;
  readonly cur: Position;
  /** Runs with new log lines. Incomplete when `logsMany`: then any run may have some. */
  readonly logs: ReadonlySet<string>;
  readonly logsMany: boolean;
  readonly deliveries: boolean;
  /** The read model was rebuilt or replaced: what is known from before may be wrong, so ask for everything anew. */
  readonly reset: boolean;
}

/** What the domain's subscriptions are fed from. */
export interface LiveFeed {
  /** How far the projector has come, as last heard; answers read now are at or after it. */
  position(): Position;
  /** Milliseconds since the projector was last heard; Infinity before the first time. */
  silentForMs(): number;
  /** Resolves true as soon as the projector has passed the position, false when `timeoutMs` is over. */
  waitForPosition(wanted: Position, timeoutMs: number): Promise<boolean>;
  /**
   * Ticks until the signal aborts; conflated, so that a slow reader gets one larger tick instead of many.
   * `after`: starts with a tick from that position to now (a subscription that resumes); without it, from now.
   * At most 20 ticks a second.
   */
  changes(signal: AbortSignal, options?: { after?: Position }): AsyncIterable<LiveTick>;
  /**
   * One answer for all subscribers of the same tick: the first asks the database, the others share its promise.
   * `key` must name everything the answer depends on besides the tick.
   */
  shared<T>(tick: LiveTick, key: string, load: () => Promise<T>): Promise<T>;
}
