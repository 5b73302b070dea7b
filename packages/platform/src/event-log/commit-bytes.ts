import { type Actor, COMMIT_VERSION, type CommitFamily, limits, storable } from '@jobflow/contracts';
import type { LogEvent } from './event-log-types.js';

const families: readonly [prefix: string, family: CommitFamily][] = [
  ['jf.run.', 'run'],
  ['jf.state.', 'state'],
  ['jf.log.', 'log'],
  ['jf.delivery.', 'delivery'],
];

/** Which family of commits lives under a subject. */
export function familyOf(subject: string): CommitFamily {
  for (const [prefix, family] of families) if (subject.startsWith(prefix)) return family;
  throw new TypeError(`No commits live under ${subject}.`);
}

export interface CommitHead {
  id: string;
  at: number;
  by: Actor;
  trace?: string | undefined;
}

/** A whole commit of these events, which are checked, as the bytes that are stored. */
export function commitBytes(subject: string, head: CommitHead, events: LogEvent[]): Uint8Array {
  const { id, at, by, trace } = head;
  if (events.length === 0 || events.length > COMMIT_EVENTS) throw new TypeError('A commit has 1 to 500 events.');
  const family = familyOf(subject);
  const stored = events.map((event) => storable(family, event));
  return Buffer.from(JSON.stringify({ v: COMMIT_VERSION, id, at, by, trace, events: stored }));
}

/** A commit of events that were checked and encoded one by one as they came. */
export function joinCommit(head: CommitHead, encodedEvents: string[]): Uint8Array {
  const { id, at, by } = head;
  const opening = JSON.stringify({ v: COMMIT_VERSION, id, at, by });
  return Buffer.from(`${opening.slice(0, -1)},"events":[${encodedEvents.join(',')}]}`);
}

/** What a commit's head and tail take beside its events. */
export const HEAD_BYTES = 512;
export const COMMIT_BYTES = limits.commitBytes;
export const COMMIT_EVENTS = limits.commitEvents;
