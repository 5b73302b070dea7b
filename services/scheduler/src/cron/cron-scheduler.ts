import { fnv1a, type ScheduleState, shardOf } from '@jobflow/contracts';
import type { Clock, Logger, Service, StateStore, Timer } from '@jobflow/platform';
import type { Shards } from '../shards/shard-locks.js';
import type { BrokerTime } from '../time/broker-time.js';
import { TimeHeap } from '../time/time-heap.js';
import { planTicks } from './plan-ticks.js';
import { type LastTick, type TickLog, UNREADABLE_MS, type Unreadable } from './tick-log.js';
import type { TickRecorder } from './tick-recorder.js';

interface Dependencies {
  store: StateStore;
  ticks: TickLog;
  recorder: TickRecorder;
  shards: Shards;
  broker: BrokerTime;
  clock: Clock;
  logger: Logger;
  instanceId: string;
}

export interface CronScheduler extends Service {
  /** Shards came or went: who fires first has changed. */
  shardsMoved(change: { taken: number[]; lost: number[] }): void;
  /** Schedules that have a next tick. */
  waiting(): number;
  /** Of every schedule it is known when it fires next, and nothing is being recorded. */
  settled(): boolean;
}

/** What this process knows of a schedule beside its definition. */
interface Entry {
  id: string;
  /** The last tick, if it is known for certain: 'none' if there has been none. */
  last?: LastTick | Unreadable | 'none' | undefined;
  busy: boolean;
  /** Something changed while it was tended. */
  again: boolean;
}
type Verdict = { wakeAt: number } | 'asleep' | 'go-on';

/** How long all others wait for the holder of a schedule's shard to fire, before they do. */
const STAND_BACK_MS = 500;
const SPREAD_MS = 250;
const CONFLICT_MS = 25;
const NO_CLOCK_MS = 500;
const AGAIN_MS = 1_000;
const UNREADABLE = 'the last tick of a schedule cannot be read, so it does not fire; the others do';
const BATCH = 500;
const MAX_BATCHES = 4;

/**
 * Fires schedules. Every scheduler computes every tick of every schedule; a tick is recorded together with its run in
 * one atomic batch that names the last sequence of the schedule's ticks, so that exactly one scheduler records it and
 * the others, refused, read again what there is. To keep them from racing for nothing, whoever holds the shard goes
 * first, and the others come half a second later, if the tick is still missing then. So nothing hangs on Postgres: with
 * no holder, ticks are half a second late.
 *
 * A schedule: asleep until its next tick → tended: read the last tick unless it is known, plan what is owed, apply the
 * overlap policy, append → asleep again. A refusal forgets the last tick and starts over.
 */
export function createCronScheduler(dependencies: Dependencies): CronScheduler {
  const { store, shards, broker, clock, logger } = dependencies;
  const entries = new Map<string, Entry>();
  const heap = new TimeHeap<Entry>();
  const batches = new Set<Promise<void>>();
  const offs: (() => void)[] = [];
  let timer: Timer | undefined;
  let stopped = false;

  const queueOf = (schedule: ScheduleState) => schedule.queue ?? store.jobs.get(schedule.job)?.state.queue ?? 'default';
  const holds = (schedule: ScheduleState) => shards.heldSince(shardOf(queueOf(schedule))) !== undefined;
  const standBack = (schedule: ScheduleState) =>
    holds(schedule) ? 0 : STAND_BACK_MS + (fnv1a(`${dependencies.instanceId}/${schedule.id}`) % SPREAD_MS);
  const isLive = (schedule: ScheduleState) => schedule.enabled && schedule.kind !== 'AFTER_JOB';

  function wake(id: string): void {
    const entry = entries.get(id) ?? { id, busy: false, again: false };
    entries.set(id, entry);
    if (entry.busy) entry.again = true;
    else heap.set(id, clock.now(), entry);
  }

  function arm(): void {
    timer?.cancel();
    const next = heap.nextAt();
    if (stopped || next === undefined || batches.size >= MAX_BATCHES) return;
    timer = clock.setTimerAt(next, tendDue);
  }

  function tendDue(): void {
    while (!stopped && batches.size < MAX_BATCHES) {
      const due = heap.takeDue(clock.now(), BATCH).map(({ value }) => value);
      if (due.length === 0) break;
      const batch = tend(due).finally(() => {
        batches.delete(batch);
        arm();
      });
      batches.add(batch);
    }
    arm();
  }

  async function tend(due: Entry[]): Promise<void> {
    for (const entry of due) entry.busy = true;
    try {
      await readLast(due);
      await Promise.all(due.map(tendOne));
    } catch (error) {
      if (!stopped) logger.warn({ err: error }, 'ticks cannot be read now; they are tried again');
      for (const entry of due) if (entry.busy) sleep(entry, { wakeAt: clock.now() + AGAIN_MS });
    }
  }

  /** Reads the last tick of those that are not certain of it: others may have fired what is not this process's to fire. */
  async function readLast(due: Entry[]): Promise<void> {
    const unsure = due.filter(({ id, last }) => {
      const schedule = store.schedules.get(id)?.state;
      return schedule && isLive(schedule) && (last === undefined || !holds(schedule));
    });
    if (unsure.length === 0) return;
    const found = await dependencies.ticks.last(unsure.map(({ id }) => id));
    for (const entry of unsure) entry.last = found.get(entry.id) ?? 'none';
  }

  async function tendOne(entry: Entry): Promise<void> {
    let verdict: Verdict = 'go-on';
    try {
      while (verdict === 'go-on' && !stopped) verdict = await step(entry);
    } catch (error) {
      entry.last = undefined;
      verdict = { wakeAt: clock.now() + AGAIN_MS };
      if (!stopped) logger.warn({ err: error, scheduleId: entry.id }, 'a schedule cannot be tended now');
    }
    sleep(entry, verdict);
  }

  function sleep(entry: Entry, verdict: Verdict): void {
    entry.busy = false;
    if (entry.again) {
      entry.again = false;
      heap.set(entry.id, clock.now(), entry);
    } else if (typeof verdict === 'object') heap.set(entry.id, verdict.wakeAt, entry);
    else if (!store.schedules.has(entry.id)) entries.delete(entry.id);
  }

  async function step(entry: Entry): Promise<Verdict> {
    const schedule = store.schedules.get(entry.id)?.state;
    if (!schedule || !isLive(schedule)) return 'asleep';
    const job = store.jobs.get(schedule.job)?.state;
    if (!job) {
      const disabled = await dependencies.recorder.disable(schedule, `Job ${schedule.job} was deleted`);
      return disabled ? 'asleep' : { wakeAt: clock.now() + AGAIN_MS };
    }
    if (entry.last === undefined) return { wakeAt: clock.now() + CONFLICT_MS };
    const now = broker.now();
    if (!Number.isFinite(now)) return { wakeAt: clock.now() + NO_CLOCK_MS };
    const last = entry.last === 'none' ? undefined : entry.last;
    if (last && 'unreadable' in last) {
      logger.error({ scheduleId: entry.id, reason: last.unreadable }, UNREADABLE);
      entry.last = undefined;
      return { wakeAt: clock.now() + UNREADABLE_MS };
    }
    const plan = planTicks(schedule, last?.tick, now, last?.owedUpTo);
    if (plan.kind === 'never') return 'asleep';
    const [first] = plan.kind === 'record' ? plan.ticks : [];
    const firesAt = plan.kind === 'wait' ? plan.until : first ? first.tick + first.jitterMs : now;
    const from = firesAt + standBack(schedule);
    if (from > now || plan.kind === 'wait') return { wakeAt: clock.now() + Math.max(1, Math.ceil(from - now)) };
    const recorded = await dependencies.recorder.record(schedule, job, plan.ticks, last);
    if (recorded.kind === 'later') return { wakeAt: clock.now() + recorded.delayMs };
    if (recorded.kind === 'changed') return 'go-on';
    entry.last = recorded.kind === 'recorded' ? recorded.last : undefined;
    return recorded.kind === 'recorded' ? 'go-on' : { wakeAt: clock.now() + CONFLICT_MS };
  }

  function follow(kind: string, id: string): void {
    if (kind === 'schedule') wake(id);
    else if (kind === 'job') {
      for (const { state } of store.schedules.values()) if (state.job === id) wake(state.id);
    } else return;
    arm();
  }

  return {
    waiting: () => heap.size,
    settled: () => batches.size === 0 && (heap.nextAt() ?? Number.POSITIVE_INFINITY) > clock.now(),
    shardsMoved({ taken, lost }) {
      const moved = new Set([...taken, ...lost]);
      for (const { state } of store.schedules.values()) {
        if (!moved.has(shardOf(queueOf(state)))) continue;
        const entry = entries.get(state.id);
        if (entry) entry.last = undefined;
        wake(state.id);
      }
      arm();
    },
    async start() {
      if (stopped) return;
      offs.push(store.onChange(follow));
      for (const id of store.schedules.keys()) wake(id);
      arm();
    },
    async stop() {
      stopped = true;
      for (const off of offs) off();
      timer?.cancel();
      await Promise.all(batches);
    },
  };
}
