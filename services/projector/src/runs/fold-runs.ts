import {
  isTerminal,
  type NotifyFlow,
  type NotifyRun,
  type QueueRun,
  type RunCommit,
  type RunEventOf,
} from '@jobflow/contracts';
import {
  type DeadLetter,
  evolveRun,
  type FlowStep,
  isOfOneRun,
  type RunLifeEvent,
  type RunState,
  storedEvent,
  woken,
} from '@jobflow/domain';
import { FlowBook } from '../flows/flow-book.js';
import { eventOfStep, type FlowRow, foldFlowEvent, foldNodeEnd } from '../flows/fold-flow.js';
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
  counter: ChangeCounter;
  ticks: RunEventOf<'ScheduleTicked'>[];
  fires: Map<string, FireRow>;
  retried: { of: string; by: string; seq: number }[];
  queueRuns: QueueRun[];
  notifyRuns: NotifyRun[];
  deadLetters: DeadLetter[];
  flows: Map<string, FlowRow>;
  notifyFlows: NotifyFlow[];
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
      if (!isOfOneRun(event)) continue;
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
  flows: FlowBook = new FlowBook(),
): RunsFolded {
  const folded: RunsFolded = {
    ...span,
    rows: new Map(),
    counter: new ChangeCounter(),
    ticks: [],
    fires: new Map(),
    retried: [],
    queueRuns: [],
    notifyRuns: [],
    deadLetters: [],
    flows: new Map(),
    notifyFlows: [],
    rejected,
  };
  const parts: Parts = { folded, cache, waiters, flows, steps: [] };
  for (const { seq, commit } of commits) {
    for (const event of commit.events) {
      if (event.type === 'ScheduleTicked') {
        folded.ticks.push(event);
        noteFire(folded.fires, tickedFire(event));
      } else if (isOfOneRun(event)) {
        foldEvent(parts, event, seq, commit);
        if (parts.steps.length > 0) takeSteps(parts, seq, { ...commit, by: { actor: FLOW_ACTOR } });
      } else {
        parts.steps.push(...foldFlowEvent(folded, flows, event, commit.at, seq));
        takeSteps(parts, seq, commit);
      }
    }
  }
  return folded;
}

interface Parts {
  folded: RunsFolded;
  cache: RunCache;
  waiters: Waiters;
  flows: FlowBook;
  /** What must follow for other runs of a flow, before the next event. */
  steps: FlowStep[];
}

/** Who is said to have done what follows from the end of another run. */
const FLOW_ACTOR = 'system:flow';

/** Carries out what follows for other runs, and what follows from that; each step at most once, so it ends. */
function takeSteps(parts: Parts, seq: number, commit: RunCommit): void {
  const { steps, cache } = parts;
  for (let next = 0; next < steps.length; next++) {
    const event = eventOfStep(steps[next] as FlowStep, cache, commit.at);
    if (event) foldEvent(parts, event, seq, commit);
  }
  steps.length = 0;
}

function foldEvent(parts: Parts, event: RunLifeEvent, seq: number, commit: RunCommit): void {
  const { folded, cache, waiters, flows } = parts;
  const id = runIdOf(event);
  const before = cache.get(id);
  const meta = { at: commit.at, seq, actor: commit.by.actor };
  const { state, accepted, effects, shown } = evolveRun(before, event, meta);
  if (!state) return;
  const row = keep(folded, cache, state, seq);
  if (shown > 0) {
    const stored = storedEvent(event, { ...meta, reason: commit.by.reason }, accepted);
    if (row.timeline) row.timeline.events.push(stored);
    else row.timeline = { seq, events: [stored] };
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
  if (before && before.limitKeys !== state.limitKeys) row.rekeyed = true;
  keepOutcome(row, event, before);
  folded.counter.add(before, state, event, meta);
  for (const effect of effects) {
    if (effect.kind === 'queue-run') {
      if (effect.run.at - commit.at <= SOON_MS) folded.queueRuns.push(effect.run);
    } else if (effect.kind === 'notify-run') folded.notifyRuns.push(effect.run);
    else folded.deadLetters.push(effect.run);
  }
  if (state.flowId !== undefined && isTerminal(state.status) && before && !isTerminal(before.status))
    parts.steps.push(...foldNodeEnd(folded, flows, state, commit.at, seq));
}

function keepOutcome(row: RunRow, event: RunLifeEvent, before: RunState | undefined): void {
  if (event.type === 'RunSucceeded') {
    row.result = { value: event.result ?? null };
    row.error = { value: null };
  } else if (event.type === 'RunAttemptFailed' || event.type === 'RunInputFailed') row.error = { value: event.error };
  else if (event.type === 'RunRestarted') {
    row.result = { value: null };
    row.error = { value: null };
  } else if (event.type === 'RunQueued' && before && event.run.flow?.templated) {
    row.input = { value: event.run.input ?? null };
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
