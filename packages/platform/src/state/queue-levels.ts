import {
  type Actor,
  branchOf,
  branchToken,
  type CarriedOutAs,
  type ConsumerDefinition,
  limits,
  MOST_BRANCHES,
  type QueueState,
  queueConsumer,
  queuedSubject,
} from '@jobflow/contracts';
import { type EventLog, LogUnavailableError } from '../event-log/event-log-types.js';
import { ensureConsumer } from '../nats/ensure-consumer.js';
import type { NatsLink } from '../nats/nats-link.js';
import { saveState } from './save-state.js';
import type { StateStore } from './state-store.js';

export type LevelReady = { ok: true } | { ok: false; reason: 'no-such-queue' | 'too-many-queues' | 'full' };

/** Where a run is queued; without `run` just a level of the queue. */
export interface QueuePlace {
  queue: string;
  priority: number;
  run?: CarriedOutAs;
}

export interface QueueLevelOptions {
  /** Make the queue, with defaults, if it is not there. */
  createQueue?: boolean;
  /** Make a branch for such runs, if the queue has not too many. */
  createBranch?: boolean;
  by?: Actor;
  now?: () => number;
}

/** Where a run is published: in its branch, if the queue has one for it whose level is there. */
export function subjectOf(store: Pick<StateStore, 'queues'>, run: CarriedOutAs & Omit<QueuePlace, 'run'>): string {
  const branch = branchOf(store.queues.get(run.queue)?.state, run);
  return queuedSubject(
    run.queue,
    run.priority,
    branch?.levels.includes(run.priority) ? branchToken(branch) : undefined,
  );
}

const CONFLICT_RETRIES = 10;

interface Wanted {
  place: QueuePlace;
  options: QueueLevelOptions;
  told: PromiseWithResolvers<LevelReady>;
}

/** By queue, what is wanted of it and not yet being made. A queue is there while something is made of it. */
const wanted = new WeakMap<NatsLink, Map<string, Wanted[]>>();

/**
 * Makes sure that what is published to this level will be read: its consumer is there before the queue's definition
 * tells executors of it, and both before the first message. The level without a branch is always there too, for whoever has
 * not heard of the branch yet. For what is known it costs a look at the queue's state; what is wanted of a queue at the same
 * time is made together.
 * @throws LogUnavailableError if the queue is changed by so many that this change does not come through
 */
export function ensureQueueLevel(
  link: NatsLink,
  store: StateStore,
  log: EventLog,
  place: QueuePlace,
  options: QueueLevelOptions = {},
): LevelReady | Promise<LevelReady> {
  const known = store.queues.get(place.queue)?.state;
  if (known && missing(known, place, options).length === 0) return { ok: true };
  const queues = wanted.get(link) ?? new Map<string, Wanted[]>();
  wanted.set(link, queues);
  const told = Promise.withResolvers<LevelReady>();
  const underWay = queues.get(place.queue);
  if (underWay) underWay.push({ place, options, told });
  else {
    const waiting: Wanted[] = [{ place, options, told }];
    queues.set(place.queue, waiting);
    void makeAll(link, store, log, waiting, () => queues.delete(place.queue));
  }
  return told.promise;
}

/** Until nothing is waiting: what is wanted after `done` begins anew. */
async function makeAll(
  link: NatsLink,
  store: StateStore,
  log: EventLog,
  waiting: Wanted[],
  done: () => void,
): Promise<void> {
  while (waiting.length > 0) {
    const together = waiting.splice(0);
    try {
      await make(link, store, log, together);
    } catch (error) {
      for (const { told } of together) told.reject(error);
    }
  }
  done();
}

/** What this place needs and the queue has not: its level, the level in its branch. */
function missing(
  queue: Pick<QueueState, 'levels' | 'branches'>,
  { priority, run }: QueuePlace,
  { createBranch = false }: QueueLevelOptions,
): ('level' | 'branch')[] {
  const lacks: ('level' | 'branch')[] = queue.levels.includes(priority) ? [] : ['level'];
  if (!run) return lacks;
  const branch = branchOf(queue, run);
  if (branch ? !branch.levels.includes(priority) : createBranch && (queue.branches?.length ?? 0) < MOST_BRANCHES)
    lacks.push('branch');
  return lacks;
}

/** Makes what these want, of one queue, with one change of its state. */
async function make(link: NatsLink, store: StateStore, log: EventLog, together: Wanted[]): Promise<void> {
  const [first] = together;
  if (!first) return;
  const { place, options } = first;
  for (let attempt = 0; attempt < CONFLICT_RETRIES; attempt++) {
    const kept = store.queues.get(place.queue)?.state;
    const expectSeq = store.seqOf('queue', place.queue);
    const makers = kept ? together : refuseUnmade(store, together);
    if (makers.length === 0) return;
    const changed = withAll(kept, makers);
    if (!changed) return tell(makers, { ok: true });
    await Promise.all(changed.consumers.map((consumer) => ensureConsumer(link, consumer)));
    const by = options.by ? { by: options.by } : {};
    const saved = await saveState(log, store, { type: 'QueueSaved', queue: changed.state }, { expectSeq, ...by });
    if (saved.ok) return tell(makers, { ok: true });
    if (saved.reason === 'full') return tell(makers, { ok: false, reason: 'full' });
    // Somebody else changed the queue: wait until the store has seen it, then look again.
    for (let wait = 0; wait < 50 && store.seqOf('queue', place.queue) === expectSeq; wait++) await sleep(20);
  }
  throw new LogUnavailableError(`The queue ${place.queue} changes too fast for another level; try again.`, {
    stored: 'no',
  });
}

const tell = (those: readonly Wanted[], answer: LevelReady): void => {
  for (const { told } of those) told.resolve(answer);
};

/** Of a queue that is not there: who may make it, if there is room for it. The others are told. */
function refuseUnmade(store: StateStore, together: readonly Wanted[]): Wanted[] {
  const full = store.queues.size >= limits.queues;
  tell(
    together.filter(({ options }) => !options.createQueue),
    { ok: false, reason: 'no-such-queue' },
  );
  const makers = together.filter(({ options }) => options.createQueue);
  if (full) tell(makers, { ok: false, reason: 'too-many-queues' });
  return full ? [] : makers;
}

/** The queue with all that is wanted of it, and the consumers that it needs then; undefined if it has everything. */
function withAll(
  kept: QueueState | undefined,
  those: readonly Wanted[],
): { state: QueueState; consumers: ConsumerDefinition[] } | undefined {
  const { place, options } = those[0] as Wanted;
  const now = (options.now ?? Date.now)();
  let state = kept
    ? { ...kept, revision: kept.revision + 1, updatedAt: now }
    : newQueue(place.queue, now, options.by?.actor);
  const consumers: ConsumerDefinition[] = [];
  for (const { place: at, options: how } of those) {
    for (const what of missing(state, at, how)) {
      const run = what === 'branch' ? at.run : undefined;
      consumers.push(queueConsumer(at.queue, at.priority, run && branchToken(run)));
      state = run ? withBranch(state, run, at.priority) : withLevel(state, at.priority);
    }
  }
  return consumers.length > 0 ? { state, consumers } : undefined;
}

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

const among = (levels: readonly number[], priority: number) => [...levels, priority].sort((a, b) => a - b);

const withLevel = (state: QueueState, priority: number): QueueState => ({
  ...state,
  levels: among(state.levels, priority),
});

function withBranch(state: QueueState, { kind, job }: CarriedOutAs, priority: number): QueueState {
  const { branches = [] } = state;
  const known = branchOf(state, { kind, job });
  const branch = { kind, ...(kind === 'HANDLER' && { job }), levels: among(known?.levels ?? [], priority) };
  return { ...state, branches: [...branches.filter((one) => one !== known), branch] };
}

/** A queue nobody configured. */
export function newQueue(name: string, now: number, createdBy?: string): QueueState {
  return {
    name,
    levels: [],
    paused: false,
    defaultPriority: 5,
    retentionDays: 30,
    revision: 1,
    createdAt: now,
    updatedAt: now,
    ...(createdBy ? { createdBy } : {}),
  };
}
