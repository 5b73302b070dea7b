import { type ScheduleState, shardOf } from '@jobflow/contracts';
import { afterJobCycle, followsEnd, jitterOf } from '@jobflow/domain';
import type { Clock, Logger, Service, StateStore } from '@jobflow/platform';
import type { EndPlace, PlannedTick } from '../cron/plan-ticks.js';
import { type LastTick, type TickLog, UNREADABLE_MS } from '../cron/tick-log.js';
import type { TickRecorder } from '../cron/tick-recorder.js';
import type { Shards } from '../shards/shard-locks.js';
import { createRounds } from '../time/rounds.js';
import { type EndedRun, type EndedRuns, LAST_RUN } from './ended-runs.js';

interface Dependencies {
  store: StateStore;
  ticks: TickLog;
  recorder: TickRecorder;
  ends: EndedRuns;
  shards: Shards;
  clock: Clock;
  logger: Logger;
}

export interface AfterScheduler extends Service {
  /** Shards came or went: what is known of the schedules of those is forgotten. */
  shardsMoved(change: { taken: number[]; lost: number[] }): void;
  /** Schedules that are followed here. */
  following(): number;
}

/** What this process knows of a schedule that it looks after. */
interface Follower {
  id: string;
  shard: number;
  /** What decides which ends it follows; when that changes, it is read anew. */
  shape: string;
  last: LastTick | undefined;
  /** Ends up to here were read: they are dealt with, or pending, or not followed. */
  readTo: EndPlace;
  /** Ends for which a tick is to be recorded, in order. */
  pending: EndedRun[];
  notBefore: number;
}

const LOOK_MS = 100;
const AGAIN_MS = 1_000;
/** Ends read at once. A schedule that holds so many of them already is read no further until it has dealt with some. */
const PAGE = 5_000;
const UNIT = 400;
const UNREADABLE = 'the last tick of a schedule cannot be read, so it follows nothing; the others do';

/**
 * Fires schedules that follow another job. The log of a schedule's ticks says up to which end they have been dealt with;
 * what lies after it is owed. Whoever holds the schedule's shard reads the ends that the fold has accepted, in the order
 * of the log, and records each with its run in one atomic batch that names the last sequence of the schedule's ticks: so
 * each end makes one run, whoever else believes to hold the shard, and whatever is killed between two batches.
 *
 * Shards and ends are in the same Postgres: without it there is nobody who holds, and nothing to read. With no such
 * schedule in its shards a scheduler asks nothing.
 */
export function createAfterScheduler(dependencies: Dependencies): AfterScheduler {
  const { store, ticks, recorder, ends, shards, clock, logger } = dependencies;
  /** The enabled AFTER_JOB schedules there are, whoever looks after them. */
  const known = new Set<string>();
  const followers = new Map<string, Follower>();
  /** Schedules that are left alone until then: their last tick cannot be read. */
  const leftAlone = new Map<string, number>();
  let off: (() => void) | undefined;
  const rounds = createRounds({
    ...{ clock, logger, round: look },
    everyMs: LOOK_MS,
    afterFailureMs: AGAIN_MS,
    rests: () => known.size + followers.size === 0,
    failure: 'ends of runs cannot be followed now; it is tried again',
  });

  const stateOf = (id: string) => store.schedules.get(id)?.state;
  const shardFor = ({ queue, job }: ScheduleState) => shardOf(queue ?? store.jobs.get(job)?.state.queue ?? 'default');
  const shapeOf = ({ afterJob, afterStatuses, activeSince, startsAt, endsAt }: ScheduleState, shard: number) =>
    JSON.stringify([afterJob, afterStatuses, activeSince, startsAt, endsAt, shard]);

  /** Why it can do nothing any more. */
  function hopeless(schedule: ScheduleState): string | undefined {
    const { job, afterJob } = schedule;
    if (!store.jobs.has(job)) return `Job ${job} was deleted`;
    if (afterJob === undefined || !store.jobs.has(afterJob)) return `Job ${afterJob}, which it follows, was deleted`;
    // Two gateways may each have let one half of it pass.
    const cycle = afterJobCycle(schedule, [...known].map(stateOf).filter(isThere));
    return cycle && `It would start itself again: ${cycle.join(' → ')}`;
  }

  /** The schedules of this process's shards; those it has not met yet are opened. */
  async function followed(): Promise<Follower[]> {
    const met: Follower[] = [];
    const fresh: ScheduleState[] = [];
    for (const state of [...known].map(stateOf).filter(isThere)) {
      const shard = shardFor(state);
      if (shards.heldSince(shard) === undefined || (leftAlone.get(state.id) ?? 0) > clock.now()) continue;
      const follower = followers.get(state.id);
      const asBefore = follower?.shape === shapeOf(state, shard);
      if (asBefore && store.jobs.has(state.job) && store.jobs.has(state.afterJob ?? '')) met.push(follower);
      else fresh.push(state);
    }
    const held = [...met, ...(await open(fresh))];
    followers.clear();
    for (const follower of held) followers.set(follower.id, follower);
    return held;
  }

  async function open(schedules: ScheduleState[]): Promise<Follower[]> {
    const opened: Follower[] = [];
    const found = schedules.length > 0 ? await ticks.last(schedules.map(({ id }) => id)) : undefined;
    for (const schedule of schedules) {
      const why = hopeless(schedule);
      if (why) {
        await recorder.disable(schedule, why);
        continue;
      }
      const last = found?.get(schedule.id);
      if (last && 'unreadable' in last) {
        logger.error({ scheduleId: schedule.id, reason: last.unreadable }, UNREADABLE);
        leftAlone.set(schedule.id, clock.now() + UNREADABLE_MS);
        continue;
      }
      const began = await ends.before(schedule.activeSince);
      const readTo = last?.after && isAfter(last.after, began) ? last.after : began;
      const shard = shardFor(schedule);
      const shape = shapeOf(schedule, shard);
      opened.push({ id: schedule.id, shard, shape, last, readTo, pending: [], notBefore: 0 });
    }
    return opened;
  }

  /** Reads the next page of ends for all of them at once. True if there are more. */
  async function read(all: readonly Follower[]): Promise<boolean> {
    const upTo = await ends.foldedUpTo();
    const readers = all.filter(({ readTo, pending }) => readTo.seq < upTo && pending.length < PAGE);
    const [first] = readers;
    if (!first) return false;
    const from = readers.reduce((least, { readTo }) => (isAfter(least, readTo) ? readTo : least), first.readTo);
    const byJob = new Map<string, { follower: Follower; schedule: ScheduleState }[]>();
    for (const follower of readers) {
      const schedule = stateOf(follower.id);
      const job = schedule?.afterJob;
      if (schedule && job !== undefined) byJob.set(job, [...(byJob.get(job) ?? []), { follower, schedule }]);
    }
    const page = await ends.after(from, upTo, [...byJob.keys()], PAGE);
    for (const end of page) {
      for (const { follower, schedule } of byJob.get(end.job) ?? [])
        if (isAfter(placeOf(end), follower.readTo) && followsEnd(schedule, end)) follower.pending.push(end);
    }
    const lastOfPage = page.length >= PAGE ? page.at(-1) : undefined;
    const reached = lastOfPage ? placeOf(lastOfPage) : { seq: upTo, runId: LAST_RUN };
    for (const follower of readers) if (isAfter(reached, follower.readTo)) follower.readTo = reached;
    return lastOfPage !== undefined;
  }

  async function record(follower: Follower): Promise<void> {
    while (!rounds.stopped() && follower.pending.length > 0 && follower.notBefore <= clock.now()) {
      const schedule = stateOf(follower.id);
      const job = schedule && store.jobs.get(schedule.job)?.state;
      if (!schedule || !job || shapeOf(schedule, shardFor(schedule)) !== follower.shape) return;
      const planned = follower.pending.slice(0, UNIT).map((end) => plannedFor(schedule, end));
      const recorded = await recorder.record(schedule, job, planned, follower.last);
      if (recorded.kind === 'changed') return;
      if (recorded.kind === 'later') follower.notBefore = clock.now() + recorded.delayMs;
      else if (recorded.kind === 'beaten') return void followers.delete(follower.id);
      else {
        follower.last = recorded.last;
        const done = recorded.last.after;
        follower.pending = follower.pending.filter((end) => done === undefined || isAfter(placeOf(end), done));
      }
    }
  }

  async function recordAll(all: readonly Follower[]): Promise<void> {
    await Promise.all(
      all.map((follower) =>
        record(follower).catch((error: unknown) => {
          // What was stored is not known: it is read again.
          followers.delete(follower.id);
          if (!rounds.stopped())
            logger.warn({ err: error, scheduleId: follower.id }, 'a schedule cannot be tended now');
        }),
      ),
    );
  }

  /** How long to wait before the next look. */
  async function look(): Promise<number> {
    const all = await followed();
    // Perhaps nobody has taken their shards yet.
    if (all.length === 0) return AGAIN_MS;
    const more = await read(all);
    await recordAll(all);
    return more ? 0 : LOOK_MS;
  }

  function note(id: string): void {
    leftAlone.delete(id);
    const state = stateOf(id);
    if (state?.kind === 'AFTER_JOB' && state.enabled) known.add(id);
    else known.delete(id);
  }

  return {
    following: () => followers.size,
    shardsMoved({ taken, lost }) {
      for (const { id, shard } of [...followers.values()])
        if (taken.includes(shard) || lost.includes(shard)) followers.delete(id);
      rounds.within(0);
    },
    async start() {
      if (rounds.stopped()) return;
      off = store.onChange((kind, id) => {
        if (kind === 'schedule') note(id);
        if (kind === 'schedule' || kind === 'job') rounds.within(0);
      });
      for (const id of store.schedules.keys()) note(id);
      rounds.within(0);
    },
    async stop() {
      off?.();
      await rounds.stop();
    },
  };
}

const isThere = (state: ScheduleState | undefined): state is ScheduleState => state !== undefined;
const placeOf = ({ seq, id }: EndedRun): EndPlace => ({ seq, runId: id });
const isAfter = (one: EndPlace, other: EndPlace): boolean =>
  one.seq > other.seq || (one.seq === other.seq && one.runId > other.runId);

const plannedFor = (schedule: ScheduleState, end: EndedRun): PlannedTick => ({
  tick: end.finishedAt,
  jitterMs: jitterOf(`${schedule.id}/${end.id}`, end.finishedAt, schedule.jitterMs),
  outcome: 'fired',
  after: placeOf(end),
});
