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
  /** It is another worker's now: nothing is to be told to the server, only what was held for it goes back. */
  letGo?(): void;
}
