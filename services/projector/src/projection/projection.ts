import type { ReadMessage } from '@jobflow/platform';
import type { DbSession } from '@jobflow/read-model';
import type { Pace } from './rest-after.js';

export type LogMessage = ReadMessage;

/** A message that no schema accepts: kept aside, with an alarm. */
export interface Rejected {
  seq: number;
  at: number;
  reason: string;
  data: Uint8Array;
}

/** What one stream is folded into. `F` is a folded batch. */
export interface Projection<F> {
  readonly stream: string;
  /** Every sequence must be seen: a gap stops it. Streams that drop old messages cannot ask for that. */
  readonly gapless: boolean;
  /** Forgets what it remembers and loads afresh, at the start and after every failure. */
  load(session: DbSession): Promise<void>;
  /**
   * Folds a batch in memory. The transaction of the batch before may still be under way: whoever must read rows waits
   * for `written` first.
   */
  fold(messages: readonly LogMessage[], session: DbSession, written: () => Promise<void>): Promise<F>;
  /** Writes it, in the transaction that moves the checkpoint. */
  write(tx: DbSession, folded: F): Promise<void>;
  rejectedOf(folded: F): readonly Rejected[];
  /** Whether somebody waits for what follows from it or from what comes next. */
  paceOf?(folded: F): Pace;
  /** After the commit. */
  committed?(folded: F, moved: { prev: number; cur: number }): void;
}
