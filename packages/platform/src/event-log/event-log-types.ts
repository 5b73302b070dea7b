import type { Actor, DeliveryEvent, LinesLogged, RunEvent, StateEvent } from '@jobflow/contracts';
import type { Stoppable } from '../service/service.js';

export type LogEvent = RunEvent | StateEvent | LinesLogged | DeliveryEvent;

/** One message of a unit: a commit of these events, or (effects, dead letters) bytes that are no commit. */
export type UnitMessage = { subject: string; expectLastSubjectSeq?: number } & (
  | { events: LogEvent[]; payload?: never }
  | { payload: string | Uint8Array; events?: never }
);

/** What is stored whole or not at all, and never mixed up with the units beside it. */
export interface AppendUnit {
  /** 1 to 1,000, all of one stream. */
  messages: UnitMessage[];
  /** Makes a repetition harmless within the stream's dedupe window (2 minutes). Without one the log makes its own. */
  msgId?: string;
  by?: Actor;
  /** W3C traceparent. */
  trace?: string;
}

export type Appended =
  | {
      ok: true;
      /**
       * The sequence of the last message; when not duplicate, message i has `seq - (n - 1) + i`. Of a duplicate: a
       * sequence at or after that of what was stored before.
       */
      seq: number;
      duplicate: boolean;
    }
  | { ok: false; reason: 'conflict' | 'full' };

/** The log did not take it: repeat with the same msgId. */
export class LogUnavailableError extends Error {
  override readonly name = 'LogUnavailableError';
  /** Whether it is stored all the same: `no` if it was never sent. */
  readonly stored: 'no' | 'unknown';

  constructor(message: string, { stored = 'unknown', cause }: { stored?: 'no' | 'unknown'; cause?: unknown } = {}) {
    super(message, { cause });
    this.stored = stored;
  }
}

/** The one way into the log: appends gather while one publish per stream is in flight, and go together as the next. */
export interface EventLog extends Stoppable {
  /**
   * Stores a unit. Refusals are values.
   * @throws LogUnavailableError when the server is silent (for 5 s unless said otherwise) or has too much to do (`limits.appendMs`),
   *   or at once when too much is waiting
   * @throws ZodError or TypeError for a unit that nobody may write: a bug of the caller
   */
  append(unit: AppendUnit): Promise<Appended>;
  /**
   * Stores facts: events of one subject gather into one commit. Repeated until stored; waits, rather than fails, when
   * too much is waiting.
   * @throws LogUnavailableError only when the log stops before it is stored
   */
  record(subject: string, events: LogEvent[]): Promise<{ seq: number }>;
  /** Units that are not yet answered. */
  depth(): number;
  /** Stores what waits (for at most 10 s; 2 s without a connection), then refuses. */
  stop(): Promise<void>;
}
