import type { EpochState } from '@jobflow/contracts';

/** How long suspects wait after a new epoch, while workers that came back re-claim what they are running. */
export const RECLAIM_WINDOW_MS = 5_000;

/** The epoch of a server: kept in the log, noted by whoever first met that server process. */
export interface EpochBook {
  /** What was noted of this server process, by us just now or by somebody before. */
  note(serverId: string): Promise<EpochState>;
}

/**
 * Tells fresh messages from suspect ones. After a crash a server may have forgotten acknowledgements of messages it
 * delivered before: those are the ones at or below the run stream's last sequence when somebody first met the new server
 * process. Above it, a first delivery is a first delivery. Until the connected server's epoch is known, nothing is fresh.
 */
export class EpochGuard {
  readonly #serverId: () => string;
  readonly #book: EpochBook;
  readonly #now: () => number;
  #known: EpochState | undefined;
  #settledAt = 0;

  constructor(serverId: () => string, book: EpochBook, now: () => number) {
    this.#serverId = serverId;
    this.#book = book;
    this.#now = now;
  }

  isFresh(seq: number): boolean {
    return this.#known !== undefined && seq > this.#known.runsSeq && this.#known.serverId === this.#serverId();
  }

  /** From when on suspects may be checked: workers have had their time to re-claim. */
  get settledAt(): number {
    return this.#settledAt;
  }

  /** To be called at every connect. Tells whether the server is another process than the one met before. */
  async meet(): Promise<{ changed: boolean }> {
    const serverId = this.#serverId();
    const before = this.#known;
    if (before?.serverId === serverId) return { changed: false };
    const now = this.#now();
    // Until it is known when the server was first met, assume: now.
    this.#settledAt = now + RECLAIM_WINDOW_MS;
    this.#known = await this.#book.note(serverId);
    if (!before) {
      const age = Math.max(0, now - this.#known.notedAt);
      this.#settledAt = this.#known.runsSeq === 0 ? now : now + Math.max(0, RECLAIM_WINDOW_MS - age);
    }
    return { changed: before !== undefined };
  }
}
