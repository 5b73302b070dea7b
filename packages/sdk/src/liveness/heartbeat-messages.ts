/** What the heartbeat thread is started with. The URL has the credentials; it stays in this process. */
export interface ThreadTask {
  url: string;
  workerId: string;
  beatSubject: string;
  /** Of a HeldTable. */
  buffer: SharedArrayBuffer;
}

export type ThreadMessage =
  /** What the worker last told of itself. */
  { type: 'beat'; data: string } | { type: 'stop' };

/** A worker whose loop was blocked past a hard limit ends its process with it (EX_SOFTWARE of sysexits). */
export const BLOCKED_EXIT_CODE = 70;
