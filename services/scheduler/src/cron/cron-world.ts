import {
  defaultRetryPolicy,
  defaultTimeoutPolicy,
  type JobState,
  type RunEvent,
  type RunEventOf,
  type ScheduleState,
  SHARDS,
  type StateEvent,
} from '@jobflow/contracts';
import {
  type Appended,
  type AppendUnit,
  type EventLog,
  type Kept,
  type Logger,
  LogUnavailableError,
  type StateStore,
  testClock,
} from '@jobflow/platform';
import { Registry } from 'prom-client';
import { createSchedulerMetrics } from '../scheduler-metrics.js';
import type { EarlierRuns } from './apply-overlap.js';
import { type CronScheduler, createCronScheduler } from './cron-scheduler.js';
import type { LastTick, Unreadable } from './tick-log.js';
import { createTickRecorder } from './tick-recorder.js';
import { owedUpToOf } from './tick-unit.js';

type Ticked = RunEventOf<'ScheduleTicked'>;

/** A world of cron for tests: a log in memory that keeps its promises, a clock that stands still, any number of schedulers. */
export function cronWorld(startAt: number) {
  const clock = testClock(startAt);
  const jobs = new Map<string, Kept<JobState>>();
  const schedules = new Map<string, Kept<ScheduleState>>();
  const listeners = new Set<(kind: string, id: string) => void>();
  const messages: { subject: string; seq: number; events: RunEvent[] }[] = [];
  const lastBySubject = new Map<string, number>();
  const lastTicks = new Map<string, LastTick>();
  const msgIds = new Set<string>();
  const living = new Map<string, { cron: CronScheduler; held: Set<number>; dead: boolean }>();
  let stateSeq = 0;
  let earlier: (scheduleId: string) => EarlierRuns | undefined = () => ({ live: [] });
  /** Decides whether the answer to an append is lost; what was appended is stored all the same. */
  let loses: () => boolean = () => false;
  let down = false;
  const cutOff = new Set<string>();
  const unreadable = new Map<string, string>();
  const errors: unknown[] = [];
  const logger = { ...silent, error: (what: unknown) => errors.push(what) } as unknown as Logger;
  let refused = 0;

  function store(unit: AppendUnit): Appended {
    if (unit.msgId && msgIds.has(unit.msgId)) return { ok: true, seq: messages.length, duplicate: true };
    for (const { subject, expectLastSubjectSeq } of unit.messages)
      if (expectLastSubjectSeq !== undefined && (lastBySubject.get(subject) ?? 0) !== expectLastSubjectSeq)
        return { ok: false, reason: 'conflict' };
    for (const { subject, events = [] } of unit.messages) {
      const seq = messages.length + 1;
      messages.push({ subject, seq, events: events as RunEvent[] });
      lastBySubject.set(subject, seq);
      for (const event of events as RunEvent[]) {
        if (event.type !== 'ScheduleTicked') continue;
        const last = lastTicks.get(event.scheduleId);
        const tick = Math.max(event.tick, last?.tick ?? 0);
        lastTicks.set(event.scheduleId, {
          tick,
          seq,
          owedUpTo: owedUpToOf(events.filter((one) => (one as RunEvent).type === 'ScheduleTicked') as Ticked[]),
          bySubject: new Map([...(last?.bySubject ?? []), [subject, seq]]),
        });
      }
    }
    if (unit.msgId) msgIds.add(unit.msgId);
    return { ok: true, seq: messages.length, duplicate: false };
  }

  function save(event: StateEvent): void {
    const seq = ++stateSeq;
    if (event.type === 'JobSaved') jobs.set(event.job.name, { state: event.job, seq });
    else if (event.type === 'JobDeleted') jobs.delete(event.name);
    else if (event.type === 'ScheduleSaved') schedules.set(event.schedule.id, { state: event.schedule, seq });
    else if (event.type === 'ScheduleDeleted') schedules.delete(event.id);
    const id =
      'job' in event ? event.job.name : 'schedule' in event ? event.schedule.id : 'id' in event ? event.id : '';
    const kind = event.type.startsWith('Job') ? 'job' : 'schedule';
    for (const fn of listeners) fn(kind, event.type === 'JobDeleted' ? event.name : id);
  }

  const logOf = (name: string): EventLog => ({
    async append(unit) {
      const self = living.get(name);
      if (self?.dead || down || cutOff.has(name)) throw new LogUnavailableError('gone');
      const [first] = unit.messages;
      if (first?.subject.startsWith('jf.state.')) {
        const event = first.events?.[0] as StateEvent;
        const id = event.type === 'ScheduleSaved' ? event.schedule.id : '';
        if (schedules.get(id)?.seq !== first.expectLastSubjectSeq) return { ok: false, reason: 'conflict' };
        save(event);
        return { ok: true, seq: stateSeq, duplicate: false };
      }
      const answer = store(unit);
      if (!answer.ok || answer.duplicate) refused++;
      await Promise.resolve();
      if (loses()) throw new LogUnavailableError('no answer');
      return answer;
    },
    record: () => Promise.reject(new Error('cron records no facts')),
    depth: () => 0,
    stop: () => Promise.resolve(),
  });

  const ticks = {
    async last(ids: readonly string[]) {
      if (down) throw new LogUnavailableError('gone');
      const found = new Map<string, LastTick | Unreadable>();
      for (const id of ids) {
        const reason = unreadable.get(id);
        if (reason) {
          found.set(id, { unreadable: reason });
          continue;
        }
        const last = lastTicks.get(id);
        if (last) found.set(id, { ...last, seq: messages.length });
      }
      return found;
    },
  };

  const stateStore = {
    jobs,
    schedules,
    queues: new Map(),
    seqOf: () => 0,
    waitFor: () => Promise.resolve(true),
    onChange(fn: (kind: string, id: string) => void) {
      listeners.add(fn);
      return () => void listeners.delete(fn);
    },
  } as unknown as StateStore;

  return {
    clock,
    messages,
    save,
    schedule: (id: string) => schedules.get(id)?.state,
    setEarlier(fn: typeof earlier) {
      earlier = fn;
    },
    setLosses(fn: () => boolean) {
      loses = fn;
    },
    /** One scheduler does not reach the log. */
    cutOff(name: string, value: boolean) {
      if (value) cutOff.add(name);
      else cutOff.delete(name);
    },
    /** Appends that came second. */
    refused: () => refused,
    /** Nobody can read the last tick of a schedule. */
    setUnreadable(id: string, reason: string) {
      unreadable.set(id, reason);
    },
    /** What the schedulers said went wrong. */
    errors: errors as readonly unknown[],
    /** Nobody reaches the log. */
    setDown(value: boolean) {
      down = value;
    },
    async start(name: string, holds = false): Promise<void> {
      const held = new Set(holds ? Array.from({ length: SHARDS }, (_, i) => i) : []);
      const broker = { now: () => clock.now() };
      const recorder = createTickRecorder({
        store: stateStore,
        log: logOf(name),
        broker,
        clock,
        logger: silent,
        metrics: createSchedulerMetrics(new Registry()),
        ensureLevel: () => Promise.resolve(true),
        earlierRuns: (id) => Promise.resolve(earlier(id)),
        hintCancel: () => undefined,
      });
      const cron = createCronScheduler({
        store: stateStore,
        ticks,
        recorder,
        shards: { heldSince: (shard) => (held.has(shard) ? 0 : undefined), held: () => [...held] },
        broker,
        clock,
        logger,
        instanceId: name,
      });
      living.set(name, { cron, held, dead: false });
      await cron.start();
    },
    /** Ends a scheduler as a kill does: nothing it still tries comes through. */
    kill(name: string): void {
      const self = living.get(name);
      if (!self) return;
      self.dead = true;
      void self.cron.stop();
      living.delete(name);
    },
    names: () => [...living.keys()],
    ticksOf: (id: string) =>
      messages
        .filter((m) => m.subject.endsWith(`.tick.${id}`))
        .flatMap((m) => m.events as RunEventOf<'ScheduleTicked'>[]),
    runsOf: (id: string) =>
      messages
        .flatMap((m) => m.events)
        .flatMap((e) => (e.type === 'RunQueued' && e.run.scheduleId === id ? [e.run] : [])),
  };
}
export type CronWorld = ReturnType<typeof cronWorld>;

const nothing = () => undefined;
const silent = { info: nothing, warn: nothing, error: nothing, debug: nothing } as unknown as Logger;

export const aJob = (name: string, over: Partial<JobState> = {}): JobState => ({
  name,
  title: name,
  kind: 'HANDLER',
  queue: 'default',
  priority: 5,
  retry: defaultRetryPolicy,
  timeout: defaultTimeoutPolicy,
  limits: {},
  guarantee: 'AT_LEAST_ONCE',
  logLevel: 'INFO',
  enabled: true,
  tags: [],
  revision: 1,
  createdAt: 0,
  updatedAt: 0,
  ...over,
});

export const aSchedule = (id: string, over: Partial<ScheduleState> = {}): ScheduleState => ({
  id,
  job: 'job',
  kind: 'CRON',
  cron: '* * * * *',
  timezone: 'UTC',
  tags: [],
  missed: 'SKIP',
  maxMissed: 100,
  overlap: 'ALLOW',
  jitterMs: 0,
  enabled: true,
  activeSince: 0,
  revision: 1,
  createdAt: 0,
  updatedAt: 0,
  ...over,
});
