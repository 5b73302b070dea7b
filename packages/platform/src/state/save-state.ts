import { type Actor, type StateEvent, stateSubject } from '@jobflow/contracts';
import type { Appended, EventLog } from '../event-log/event-log-types.js';
import { entityOf } from './state-entity.js';
import type { StateStore } from './state-store.js';

export interface SaveOptions {
  /** The sequence the change was made against; by default that of the store. 0: it must be new. */
  expectSeq?: number;
  by?: Actor;
  msgId?: string;
  /** Wait until the store has it, so that whoever saved reads their own write. Default true. */
  wait?: boolean;
}

const OWN_WRITE_MS = 2_000;

/**
 * Saves one definition, guarded by the sequence it was read at: of two that change it at once, one gets `conflict` and
 * must look again.
 * @throws LogUnavailableError when the log does not answer
 */
export async function saveState(
  log: EventLog,
  store: StateStore,
  event: StateEvent,
  options: SaveOptions = {},
): Promise<Appended> {
  const { kind, id } = entityOf(event);
  const appended = await log.append({
    messages: [
      {
        subject: stateSubject(kind, id),
        events: [event],
        expectLastSubjectSeq: options.expectSeq ?? store.seqOf(kind, id),
      },
    ],
    ...(options.by ? { by: options.by } : {}),
    ...(options.msgId ? { msgId: options.msgId } : {}),
  });
  if (appended.ok && options.wait !== false) await store.waitFor(appended.seq, OWN_WRITE_MS);
  return appended;
}
