import { limits as sizes } from '@jobflow/contracts';

/** What one request may ask for, the same on every transport; shown to clients as `SystemInfo.limits`. */
export const requestLimits = {
  /** Lexical tokens of the document. */
  tokens: 1000,
  /** Nested fields, the leaf included. */
  depth: 8,
  /** Aliased fields of the operation, with its fragments spread out. */
  aliases: 15,
  /** Points, see operation-cost.ts. */
  cost: 1000,
  /** Items of any list argument. */
  listItems: sizes.listItems,
  bodyBytes: sizes.bodyBytes,
  subscriptionsPerSocket: 20,
  framesPerSecond: 20,
  /** WebSockets one gateway carries, and as many event streams. */
  sockets: 5000,
  /** Milliseconds a WebSocket has to say connection_init. */
  initWithinMs: 3000,
  /** How long a query waits for the position it was sent with. */
  positionWaitMs: 2000,
} as const;
