import { type Actor, limits, type QueueState, queueConsumer } from '@jobflow/contracts';
import type { EventLog } from '../event-log/event-log-types.js';
import { ensureConsumer } from '../nats/ensure-consumer.js';
import type { NatsLink } from '../nats/nats-link.js';
import { saveState } from './save-state.js';
import type { StateStore } from './state-store.js';

export type LevelReady = { ok: true } | { ok: false; reason: 'no-such-queue' | 'too-many-queues' | 'full' };

export interface QueueLevelOptions {
  /** Make the queue, with defaults, if it is not there. */
  createQueue?: boolean;
  by?: Actor;
  now?: () => number;
}

const CONFLICT_RETRIES = 10;
const ensuring = new WeakMap<NatsLink, Map<string, Promise<LevelReady>>>();

/**
 * Makes sure that what is published to this level will be read: its consumer is there before the queue's definition
 * tells executors of it, and both before the first message. For a level that is known it costs two look-ups.
 */
export function ensureQueueLevel(
  link: NatsLink,
  store: StateStore,
  log: EventLog,
  queue: string,
  priority: number,
  options: QueueLevelOptions = {},
): LevelReady | Promise<LevelReady> {
  if (store.queues.get(queue)?.state.levels.includes(priority)) return { ok: true };
  const underWay = ensuring.get(link) ?? new Map<string, Promise<LevelReady>>();
  ensuring.set(link, underWay);
  const key = `${queue}.${priority}.${options.createQueue === true}`;
  const known = underWay.get(key);
  if (known) return known;
  const made = make(link, store, log, queue, priority, options).finally(() => underWay.delete(key));
  underWay.set(key, made);
  return made;
}

async function make(
  link: NatsLink,
  store: StateStore,
  log: EventLog,
  queue: string,
  priority: number,
  options: QueueLevelOptions,
): Promise<LevelReady> {
  const found = store.queues.get(queue);
  if (!found && !options.createQueue) return { ok: false, reason: 'no-such-queue' };
  if (!found && store.queues.size >= limits.queues) return { ok: false, reason: 'too-many-queues' };
  await ensureConsumer(link, queueConsumer(queue, priority));
  const now = (options.now ?? Date.now)();
  for (let attempt = 0; attempt < CONFLICT_RETRIES; attempt++) {
    const kept = store.queues.get(queue);
    if (kept?.state.levels.includes(priority)) return { ok: true };
    const state = kept ? withLevel(kept.state, priority, now) : newQueue(queue, priority, now, options.by?.actor);
    const expectSeq = store.seqOf('queue', queue);
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

function withLevel(state: QueueState, priority: number, now: number): QueueState {
  const levels = [...state.levels, priority].sort((a, b) => a - b);
  return { ...state, levels, revision: state.revision + 1, updatedAt: now };
}

/** A queue nobody configured. */
export function newQueue(name: string, priority: number, now: number, createdBy?: string): QueueState {
  return {
    name,
    levels: [priority],
    paused: false,
    defaultPriority: 5,
    retentionDays: 30,
    revision: 1,
    createdAt: now,
    updatedAt: now,
    ...(createdBy ? { createdBy } : {}),
  };
}
