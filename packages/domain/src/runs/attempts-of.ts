import type { RunError } from '@jobflow/contracts';
import { followHolder, isEndForOthers, NOBODY } from './run-holder.js';
import type { StoredEvent } from './stored-event.js';

export type AttemptStatus = 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'CANCELLED' | 'LOST' | 'SNOOZED';
export interface Attempt {
  number: number;
  status: AttemptStatus;
  workerId?: string;
  /** When it was planned for: the end of a delay, a backoff or a snooze. */
  dueAt?: number;
  queuedAt?: number;
  startedAt?: number;
  finishedAt?: number;
  waitMs?: number;
  durationMs?: number;
  error?: RunError;
}

type Open = Attempt & { key: string };
type Data = StoredEvent['data'];
const key = (data: Data, claim = data.claim) => `${data.attempt}:${data.delivery}:${claim}`;
/** A refused end has a key of its own, so that it never stands in for the attempt that counts. */
const lateKey = (data: Data) => `late ${key(data)}`;
const number = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined);

/**
 * Every try of a run, oldest first, from its stored events. A try that a lost worker left behind is LOST, and followed
 * by another of the same number if one is made. A try that a stopping worker cut short and gave back is CANCELLED: the
 * run itself goes on. What never began is no try. A refused end shows as its own try (it did run), unless that try is
 * listed already.
 */
export function attemptsOf(events: readonly StoredEvent[]): Attempt[] {
  const tries: Open[] = [];
  let due: number | undefined;
  let queued: { dueAt?: number; queuedAt?: number } = {};
  let holder = NOBODY;
  for (const event of events) {
    const { data } = event;
    const before = holder;
    if (event.accepted) holder = followHolder(before, event);
    if (isEndForOthers(before, event)) {
      if (event.accepted && data.status === 'LOST') endLost(tries, event, queued, before.lostWorkers.at(-1));
      continue;
    }
    const known = tries.findLast((t) => t.key === key(data));
    switch (event.type) {
      case 'RunPlanned':
        due = number(data.dueAt);
        break;
      case 'RunQueued':
        if (event.accepted) queued = { ...(due !== undefined && { dueAt: due }), queuedAt: event.at };
        if (event.accepted) due = undefined;
        break;
      case 'RunClaimed':
        if (event.accepted) takeOver(tries, event);
        break;
      case 'RunStarted':
        if (event.accepted && !known) tries.push(open(event, queued));
        break;
      case 'RunSucceeded':
      case 'RunAttemptFailed':
      case 'RunSnoozed':
      case 'RunCancelled':
        if (event.accepted) due = nextDue(data);
        if (event.accepted) close(known ?? push(tries, open(event, queued)), event);
        else if (!known && !tries.some((t) => t.key === lateKey(data))) {
          close(push(tries, { ...open(event, queued), key: lateKey(data) }), event);
        }
        break;
      case 'RunRescheduled':
        if (event.accepted) due = number(data.at);
        break;
      case 'RunLimited':
        if (event.accepted) due = number(data.until);
        break;
      case 'RunReturned':
        if (event.accepted && data.reason !== 'rescheduled') due = number(data.notBefore);
        if (known && event.accepted) finish(known, 'CANCELLED', event.at);
        break;
      default:
    }
  }
  return tries.map(({ key: _key, ...attempt }) => attempt);
}

const push = (tries: Open[], attempt: Open): Open => {
  tries.push(attempt);
  return attempt;
};

function open(event: StoredEvent, queued: { dueAt?: number; queuedAt?: number }): Open {
  const startedAt = number(event.data.startedAt) ?? event.at;
  const attempt: Open = {
    key: key(event.data),
    number: number(event.data.attempt) ?? 0,
    status: 'RUNNING',
    ...queued,
    startedAt,
  };
  if (typeof event.data.workerId === 'string') attempt.workerId = event.data.workerId;
  if (queued.queuedAt !== undefined) attempt.waitMs = Math.max(0, startedAt - queued.queuedAt);
  return attempt;
}

/** What ran under an older claim is lost with its worker, unless the same worker came back for it. */
function takeOver(tries: Open[], event: StoredEvent): void {
  const running = tries.findLast((t) => t.status === 'RUNNING');
  if (!running?.key.startsWith(`${event.data.attempt}:${event.data.delivery}:`)) return;
  const same = event.data.reclaim === true && running.workerId === event.data.workerId;
  if (same) running.key = key(event.data, event.data.n);
  else finish(running, 'LOST', event.at);
}

function close(attempt: Open, event: StoredEvent): void {
  finish(attempt, statusOf(event), number(event.data.finishedAt) ?? event.at);
  if (event.data.error) attempt.error = event.data.error as unknown as RunError;
}

/** Who found a try lost says why that is the end; the try is listed already, unless it was lost before it was seen. */
function endLost(tries: Open[], event: StoredEvent, queued: object, workerId: string | undefined): void {
  const { attempt, delivery, finishedAt, error } = event.data;
  const lost =
    tries.findLast((t) => t.status === 'LOST' && t.key.startsWith(`${attempt}:${delivery}:`)) ??
    push(tries, {
      ...{ key: key(event.data), number: number(attempt) ?? 0, status: 'LOST', ...queued },
      ...(workerId !== undefined && { workerId }),
      finishedAt: number(finishedAt) ?? event.at,
    });
  if (error) lost.error = error as unknown as RunError;
}

function statusOf(event: StoredEvent): AttemptStatus {
  switch (event.type) {
    case 'RunSucceeded':
      return 'SUCCEEDED';
    case 'RunSnoozed':
      return 'SNOOZED';
    case 'RunCancelled':
      return 'CANCELLED';
    default:
      return event.data.status as AttemptStatus;
  }
}

function finish(attempt: Open, status: AttemptStatus, at: number): void {
  attempt.status = status;
  attempt.finishedAt = at;
  attempt.durationMs = Math.max(0, at - (attempt.startedAt ?? at));
}

function nextDue(data: Data): number | undefined {
  const next = data.next as { at?: number } | undefined;
  return number(next?.at) ?? number(data.until);
}
