/** Sizes and counts that every edge enforces, in bytes unless named otherwise, and how long is waited. */
export const limits = {
  inputBytes: 256 * 1024,
  resultBytes: 256 * 1024,
  specBytes: 128 * 1024,
  secretBytes: 64 * 1024,
  commitBytes: 256 * 1024,
  commitEvents: 500,
  /** Messages of one atomic batch: the server's own limit. */
  batchMessages: 1000,
  enqueueMany: 1000,
  flowNodes: 1000,
  /** Dependencies of all nodes of a flow together. */
  flowEdges: 10_000,
  /** All messages of a new flow together. */
  flowBytes: 16 * 1024 * 1024,
  bodyBytes: 8 * 1024 * 1024,
  queues: 1000,
  listItems: 1000,
  /** Lines of one log message and bytes of one line; longer lines are cut, with a mark. */
  logLines: 500,
  logLineBytes: 16 * 1024,
  /** New runs are refused from this share of the run stream's max_bytes, the rest belongs to runs already admitted. */
  admissionShare: 0.8,
  /** How long a log that answers others is waited for, in milliseconds. Who asks a gateway waits longer. */
  appendMs: 20_000,
} as const;
