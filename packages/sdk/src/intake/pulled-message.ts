/** A message of a queue consumer, as platform's pull loop hands it over. */
export interface PulledMessage {
  readonly data: Uint8Array;
  /** Its sequence in the run stream. */
  readonly seq: number;
  /** 1 for the first delivery, as far as the server remembers. */
  readonly deliveryCount: number;
  ack(): void;
  nak(delayMs?: number): void;
  /** Starts the acknowledgement wait anew. */
  working(): void;
  /** Never to be delivered again. */
  term(): void;
  /** Where its answers go. */
  readonly reply?: string;
  /** Its run starts in this process, under this claim, and must have ended at `hardAt` (0: whenever). */
  started?(claim: number, startedAt: number, hardAt: number): void;
  /** Its run was claimed again. */
  claimed?(claim: number): void;
  /** It is held no more, though it was not answered: another worker has its run. What was held for it goes back. */
  release?(): void;
}
