import {
  type Actor,
  branchOf,
  branchToken,
  type CarriedOutAs,
  limits,
  MOST_BRANCHES,
  type QueueState,
  queueConsumer,
  queuedSubject,
} from '@jobflow/contracts';
import type { EventLog } from '../event-log/event-log-types.js';
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
const ensuring = new WeakMap<NatsLink, Map<string, Promise<LevelReady>>>();

/**
 * Makes sure that what is published to this level will be read: its consumer is there before the queue's definition
 * tells executors of it, and both before the first message. The level without a branch is always there too, for whoever has
 * not heard of the branch yet. For a level that is known it costs two look-ups.
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
  const underWay = ensuring.get(link) ?? new Map<string, Promise<LevelReady>>();
  ensuring.set(link, underWay);
  const { queue, priority, run } = place;
  const { createQueue, createBranch } = options;
  const key = JSON.stringify([
    queue,
    priority,
    run?.kind,
    run?.kind === 'HANDLER' && run.job,
    createQueue,
    createBranch,
  ]);
  const making = underWay.get(key);
  if (making) return making;
  const made = make(link, store, log, place, options).finally(() => underWay.delete(key));
  underWay.set(key, made);
  return made;
}

/** What this place needs and the queue has not: its level, the level in its branch. */
function missing(
  queue: Pick<QueueState, 'levels' | 'branches'>,
  { priority, run }: QueuePlace,
  { createBranch = false }: QueueLevelOptions,
): ('level' | 'branch')[] {
  const wanting: ('level' | 'branch')[] = queue.levels.includes(priority) ? [] : ['level'];
  if (!run) return wanting;
  const branch = branchOf(queue, run);
  if (branch ? !branch.levels.includes(priority) : createBranch && (queue.branches?.length ?? 0) < MOST_BRANCHES)
    wanting.push('branch');
  return wanting;
}

async function make(
  link: NatsLink,
  store: StateStore,
  log: EventLog,
  place: QueuePlace,
  options: QueueLevelOptions,
): Promise<LevelReady> {
  const { queue, priority, run } = place;
  const now = (options.now ?? Date.now)();
  for (let attempt = 0; attempt < CONFLICT_RETRIES; attempt++) {
    const kept = store.queues.get(queue)?.state;
    const expectSeq = store.seqOf('queue', queue);
    if (!kept && !options.createQueue) return { ok: false, reason: 'no-such-queue' };
    if (!kept && store.queues.size >= limits.queues) return { ok: false, reason: 'too-many-queues' };
    const before = kept ?? newQueue(queue, now, options.by?.actor);
    const wanting = missing(before, place, options);
    if (kept && wanting.length === 0) return { ok: true };
    let state: QueueState = kept ? { ...kept, revision: kept.revision + 1, updatedAt: now } : before;
    for (const what of wanting) {
      await ensureConsumer(
        link,
        queueConsumer(queue, priority, what === 'branch' && run ? branchToken(run) : undefined),
      );
      state = what === 'branch' && run ? withBranch(state, run, priority) : withLevel(state, priority);
    }
    const by = options.by ? { by: options.by } : {};
    const saved = await saveState(log, store, { type: 'QueueSaved', queue: state }, { expectSeq, ...by });
    if (saved.ok) return { ok: true };
    if (saved.reason === 'full') return { ok: false, reason: 'full' };
    // Somebody else changed the queue: wait until the store has seen it, then look again.
    for (let wait = 0; wait < 50 && store.seqOf('queue', queue) === expectSeq; wait++) await sleep(20);
  }
  throw new Error(`The queue ${queue} changes too fast to add the level ${priority}.`);
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
