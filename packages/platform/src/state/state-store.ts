import {
  type ChannelState,
  type EpochState,
  type JobState,
  parseCommit,
  type QueueState,
  type ScheduleState,
  STATE_STREAM,
  type StateEvent,
  type StateKind,
} from '@jobflow/contracts';
import type { Logger } from 'pino';
import type { NatsLink } from '../nats/nats-link.js';
import { createOrderedReader, type ReadMessage } from '../ordered-reader/ordered-reader.js';
import type { Service } from '../service/service.js';
import { entityOf } from './state-entity.js';

/** An entity as last saved, and the sequence that a change of it must expect. */
export interface Kept<S> {
  state: S;
  seq: number;
}
export type AnyState = JobState | ScheduleState | QueueState | ChannelState | EpochState;

/** All definitions, in memory: loaded from the newest message of each, then following the log. */
export interface StateStore extends Service {
  /** Resolves once everything there was at the start is loaded. */
  start(): Promise<void>;
  readonly jobs: ReadonlyMap<string, Kept<JobState>>;
  readonly schedules: ReadonlyMap<string, Kept<ScheduleState>>;
  readonly queues: ReadonlyMap<string, Kept<QueueState>>;
  readonly channels: ReadonlyMap<string, Kept<ChannelState>>;
  readonly epochs: ReadonlyMap<string, Kept<EpochState>>;
  /** The last sequence taken in. */
  seq(): number;
  /** The last sequence of an entity's subject, deletions included; 0 if it never was. */
  seqOf(kind: StateKind, id: string): number;
  /** The highest revision that a job of this name ever had, deleted ones included; 0 if there never was one. */
  lastRevisionOf(job: string): number;
  /** False if the store has not come so far in time. */
  waitFor(seq: number, timeoutMs: number): Promise<boolean>;
  /** Called after each change; `state` is undefined for a deletion. Returns what ends that. */
  onChange(fn: (kind: StateKind, id: string, state: AnyState | undefined) => void): () => void;
}

export interface StateStoreOptions {
  /** Only these are kept in memory. */
  kinds: readonly StateKind[];
  logger: Logger;
}

export function createStateStore(link: NatsLink, options: StateStoreOptions): StateStore {
  const maps: Record<StateKind, Map<string, Kept<AnyState>>> = {
    job: new Map(),
    schedule: new Map(),
    queue: new Map(),
    channel: new Map(),
    epoch: new Map(),
  };
  const seqs = new Map<string, number>();
  /** Of jobs that are gone. */
  const lastRevisions = new Map<string, number>();
  const listeners = new Set<(kind: StateKind, id: string, state: AnyState | undefined) => void>();
  const waiters = new Set<{ seq: number; done(ok: boolean): void }>();
  let last = 0;
  const { promise: loading, resolve: loaded } = Promise.withResolvers<void>();
  /** While the log is loaded anew: what has been seen of it. What has not by the end is gone. */
  let seen: Set<string> | undefined;

  function apply(event: StateEvent, seq: number): void {
    const { kind, id, state } = entityOf(event);
    seqs.set(`${kind}/${id}`, seq);
    seen?.add(`${kind}/${id}`);
    if (!options.kinds.includes(kind)) return;
    // Each revision was a message of its own: none can be above the sequence of a deletion that does not tell.
    if (event.type === 'JobDeleted') lastRevisions.set(id, event.revision ?? seq);
    if (state) maps[kind].set(id, { state, seq });
    else maps[kind].delete(id);
    tell(kind, id, state);
  }

  function tell(kind: StateKind, id: string, state: AnyState | undefined): void {
    for (const fn of [...listeners]) {
      try {
        fn(kind, id, state);
      } catch (error) {
        options.logger.error({ err: error, kind, id }, 'a listener to definitions failed');
      }
    }
  }

  async function onBatch(messages: ReadMessage[]): Promise<void> {
    for (const { seq, data } of messages) {
      const parsed = parseCommit('state', data);
      if (parsed.ok) for (const event of parsed.commit.events) apply(event, seq);
      else options.logger.error({ seq, reason: parsed.reason }, 'a definition cannot be read and is passed over');
      last = Math.max(last, seq);
    }
    for (const waiter of [...waiters]) if (waiter.seq <= last) waiter.done(true);
  }

  function forgetUnseen(): void {
    if (!seen) return;
    for (const [kind, map] of Object.entries(maps) as [StateKind, Map<string, Kept<AnyState>>][]) {
      for (const id of [...map.keys()]) {
        if (seen.has(`${kind}/${id}`)) continue;
        map.delete(id);
        tell(kind, id, undefined);
      }
    }
    for (const key of [...seqs.keys()]) if (!seen.has(key)) seqs.delete(key);
    for (const job of [...lastRevisions.keys()]) if (!seqs.has(`job/${job}`)) lastRevisions.delete(job);
    seen = undefined;
  }

  const reader = createOrderedReader(link, {
    stream: STATE_STREAM,
    filterSubject: 'jf.state.>',
    fromSeq: 'last-per-subject',
    logger: options.logger,
    onBatch,
    // Definitions are few: after any doubt they are loaded again, so that even a log that lost its tail is followed.
    onRecreated: ({ stream }) => {
      seen = new Set();
      last = Math.min(last, stream.lastSeq);
      return Promise.resolve('last-per-subject' as const);
    },
    onCaughtUp: () => {
      forgetUnseen();
      loaded();
    },
  });

  return {
    async start() {
      await reader.start();
      await loading;
    },
    async stop() {
      await reader.stop();
      loaded();
      for (const waiter of [...waiters]) waiter.done(false);
    },
    jobs: maps.job as Map<string, Kept<JobState>>,
    schedules: maps.schedule as Map<string, Kept<ScheduleState>>,
    queues: maps.queue as Map<string, Kept<QueueState>>,
    channels: maps.channel as Map<string, Kept<ChannelState>>,
    epochs: maps.epoch as Map<string, Kept<EpochState>>,
    seq: () => last,
    seqOf: (kind, id) => seqs.get(`${kind}/${id}`) ?? 0,
    lastRevisionOf: (job) =>
      (maps.job as Map<string, Kept<JobState>>).get(job)?.state.revision ?? lastRevisions.get(job) ?? 0,
    waitFor(seq, timeoutMs) {
      if (seq <= last) return Promise.resolve(true);
      return new Promise<boolean>((resolve) => {
        const timer = setTimeout(() => waiter.done(false), timeoutMs);
        const waiter = {
          seq,
          done(ok: boolean) {
            clearTimeout(timer);
            waiters.delete(waiter);
            resolve(ok);
          },
        };
        waiters.add(waiter);
      });
    },
    onChange(fn) {
      listeners.add(fn);
      return () => void listeners.delete(fn);
    },
  };
}
