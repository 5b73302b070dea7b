import type { Appended } from './event-log-types.js';

/** One message as it goes out: encoded once, whatever is retried. */
export interface Outgoing {
  subject: string;
  data: Uint8Array;
  expect: number | undefined;
}

/** What waits to be stored, and who waits for it. */
export interface Unit {
  /** Closes the unit: nothing joins it any more. Gives the same bytes on every call. */
  messages(): Outgoing[];
  count: number;
  /** Roughly, for bounds: what it holds in memory. */
  bytes: number;
  msgId: string;
  /** When it came, for those that are not waited for without end. Facts have none: they are repeated until stored. */
  since: number | undefined;
  /** True once answered; what is settled is not sent again. */
  settled: boolean;
  settle(answer: Appended): void;
  fail(error: Error): void;
}
