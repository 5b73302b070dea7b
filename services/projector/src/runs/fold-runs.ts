import { isTerminal, type NotifyRun, type QueueRun, type RunCommit, type RunEventOf } from '@jobflow/contracts';
import {
  type DeadLetter,
  evolveRun,
  type RunLifeEvent,
  type RunState,
  type StoredEvent,
  storedEvent,
  woken,
} from '@jobflow/domain';
import type { Rejected } from '../projection/projection.js';
import type { ReadCommits } from '../projection/read-commits.js';
import { ChangeCounter } from './count-changes.js';
import { backfilledFire, type FireRow, noteFire, tickedFire } from './fires.js';
import type { RunCache } from './run-cache.js';
import type { RunRow } from './run-row.js';
import { Waiters } from './waiters.js';

/** What a batch of the run log comes to. */
export interface RunsFolded {
  firstSeq: number;
  lastSeq: number;
  rows: Map<string, RunRow>;
  timelines: Map<string, { seq: number; events: StoredEvent[] }>;
  counter: ChangeCounter;
  ticks: RunEventOf<'ScheduleTicked'>[];
  fires: Map<string, FireRow>;
  retried: { of: string; by: string; seq: number }[];
  queueRuns: QueueRun[];
  notifyRuns: NotifyRun[];
  deadLetters: DeadLetter[];
  rejected: Rejected[];
}

type ReadCommit = ReadCommits<'run'>['commits'][number];

/** An effect that is due later than this is left to the scheduler's sweep. */
const SOON_MS = 60_000;

/** The runs a batch speaks of and the cache cannot answer for. */
export function missingRuns(commits: readonly ReadCommit[], cache: RunCache): string[] {
  const missing = new Set<string>();
  for (const { commit } of commits) {
    for (const event of commit.events) {
      if (event.type === 'ScheduleTicked') continue;
      const id = runIdOf(event);
      if (cache.misses(id)) missing.add(id);
      // Whether they still hold their permits decides when the refused run is woken.
      if (event.type !== 'RunLimited') continue;
      for (const { runId } of event.holders ?? []) if (cache.misses(runId)) missing.add(runId);
    }
  }
  return [...missing];
}

/** Applies the commits to the cached states, in order. The same log gives the same rows, however it is cut. */
export function foldRuns(
  commits: readonly ReadCommit[],
  cache: RunCache,
  rejected: Rejected[],
  span: { firstSeq: number; lastSeq: number },
  waiters: Waiters = new Waiters(),
): RunsFolded {
  const folded: RunsFolded = {
    ...span,
    rows: new Map(),
    timelines: new Map(),
    counter: new ChangeCounter(),
    ticks: [],
    fires: new Map(),
    retried: [],
    queueRuns: [],
    notifyRuns: [],
    deadLetters: [],
    rejected,
  };
  for (const { seq, commit } of commits) {
    for (const event of commit.events) {
      if (event.type === 'ScheduleTicked') {
        folded.ticks.push(event);
        noteFire(folded.fires, tickedFire(event));
      } else foldEvent(folded, cache, waiters, event, seq, commit);
    }
  }
  return folded;
}

function foldEvent(
  folded: RunsFolded,
  cache: RunCache,
  waiters: Waiters,
  event: RunLifeEvent,
  seq: number,
  commit: RunCommit,
): void {
  const id = runIdOf(event);
  const before = cache.get(id);
  const meta = { at: commit.at, seq, actor: commit.by.actor };
  const { state, accepted, effects, shown } = evolveRun(before, event, meta);
  if (!state) return;
  const row = keep(folded, cache, state, seq);
  if (shown > 0) {
    const stored = storedEvent(event, { ...meta, reason: commit.by.reason }, accepted);
    const timeline = folded.timelines.get(id);
    if (timeline) timeline.events.push(stored);
    else folded.timelines.set(id, { seq, events: [stored] });
  }
  if (state.limitKeys || state.limitKey !== undefined || before?.limitKey !== undefined) {
    waiters.moved(before, state);
    const wake = (waiter: RunState) => {
      const { state: due, effect } = woken(waiter, commit.at);
      keep(folded, cache, due, seq);
      if (effect.kind === 'queue-run') folded.queueRuns.push(effect.run);
    };
    waiters.wakeAfter(before, event, state, cache, wake);
  }
  if (!accepted) return;
  if (before && !isTerminal(before.status) && isTerminal(state.status)) row.endedSeq = seq;
  if (!before && (event.type === 'RunQueued' || event.type === 'RunPlanned')) {
    row.definition = event.run;
    row.traceId = (event.run.traceparent ?? commit.trace)?.split('-')[1];
    noteFire(folded.fires, backfilledFire(event.run));
    if (event.run.retryOf) folded.retried.push({ of: event.run.retryOf, by: id, seq });
  }
  if (event.type === 'RunSucceeded') {
    row.result = { value: event.result ?? null };
    row.error = { value: null };
  } else if (event.type === 'RunAttemptFailed') row.error = { value: event.error };
  folded.counter.add(before, state, event, meta);
  for (const effect of effects) {
    if (effect.kind === 'queue-run') {
      if (effect.run.at - commit.at <= SOON_MS) folded.queueRuns.push(effect.run);
    } else if (effect.kind === 'notify-run') folded.notifyRuns.push(effect.run);
    else folded.deadLetters.push(effect.run);
  }
}

function keep(folded: RunsFolded, cache: RunCache, state: RunState, seq: number): RunRow {
  cache.set(state.id, state);
  const row = folded.rows.get(state.id) ?? { state, changedSeq: seq };
  row.state = state;
  row.changedSeq = seq;
  folded.rows.set(state.id, row);
  return row;
}

export const runIdOf = (event: RunLifeEvent): string =>
  event.type === 'RunQueued' || event.type === 'RunPlanned' ? event.run.id : event.runId;
