import { type JobState, type Json, ScheduleState, limits as sizes, zodProblems } from '@jobflow/contracts';
import { isTimeZone, nextTick, parseCron } from '@jobflow/domain';
import { schemaProblems } from '@jobflow/platform/input-schema';
import type { ScheduleInput, ScheduleUpdateInput } from './schedule-input.js';

const DEFAULT_MAX_MISSED = 100;

/** A new schedule: what the input leaves out is the default. */
export function newSchedule(input: ScheduleInput, id: string, now: number, actor: string): ScheduleState {
  const base: ScheduleState = {
    id,
    job: input.job,
    kind: input.kind,
    timezone: 'UTC',
    tags: [],
    missed: 'LAST',
    maxMissed: DEFAULT_MAX_MISSED,
    overlap: 'ALLOW',
    jitterMs: 0,
    enabled: true,
    activeSince: now,
    revision: 1,
    createdAt: now,
    updatedAt: now,
    createdBy: actor,
    updatedBy: actor,
  };
  return changedSchedule(base, input, now);
}

/** A missing field stays, null goes back to the default; lists and JSON are replaced whole. */
export function changedSchedule(schedule: ScheduleState, input: ScheduleUpdateInput, now: number): ScheduleState {
  const enabled = or(input.enabled, schedule.enabled, true);
  const next: ScheduleState = {
    ...schedule,
    name: or(input.name, schedule.name, undefined),
    kind: or(input.kind, schedule.kind, schedule.kind),
    cron: or(input.cron, schedule.cron, undefined),
    everyMs: or(input.everyMs, schedule.everyMs, undefined),
    at: or(instant(input.at), schedule.at, undefined),
    timezone: or(input.timezone, schedule.timezone, 'UTC'),
    afterJob: or(input.afterJob, schedule.afterJob, undefined),
    afterStatuses: input.afterStatuses === null ? undefined : (input.afterStatuses ?? schedule.afterStatuses),
    input: or(input.input, schedule.input, undefined),
    queue: or(input.queue, schedule.queue, undefined),
    priority: or(input.priority, schedule.priority, undefined),
    tags: [...new Set(or(input.tags, schedule.tags, []))],
    missed: or(input.missed, schedule.missed, 'LAST'),
    maxMissed: or(input.maxMissed, schedule.maxMissed, DEFAULT_MAX_MISSED),
    overlap: or(input.overlap, schedule.overlap, 'ALLOW'),
    jitterMs: or(input.jitterMs, schedule.jitterMs, 0),
    startsAt: or(instant(input.startsAt), schedule.startsAt, undefined),
    endsAt: or(instant(input.endsAt), schedule.endsAt, undefined),
    enabled,
    disabledReason: enabled ? undefined : schedule.disabledReason,
  };
  if (next.kind === 'AFTER_JOB') next.afterStatuses ??= ['SUCCEEDED'];
  return timing(next) === timing(schedule) ? next : { ...next, activeSince: now };
}

const or = <T>(given: T | null | undefined, now: T, preset: T): T => (given === undefined ? now : (given ?? preset));
const instant = (date: Date | null | undefined): number | null | undefined => (date === null ? null : date?.getTime());

/** What decides when it fires: after a change of it, ticks that have passed were never owed. */
const timing = (schedule: ScheduleState): string => {
  const { kind, cron, everyMs, at, timezone, afterJob, afterStatuses, startsAt, endsAt, enabled } = schedule;
  return JSON.stringify([kind, cron, everyMs, at, timezone, afterJob, afterStatuses, startsAt, endsAt, enabled]);
};

/** Everything that is wrong with a schedule, by path; `job` is what it would run. @param bounds see `newBounds` */
export function scheduleProblems(
  schedule: ScheduleState,
  job: JobState,
  now: number,
  bounds: readonly Bounded[] = BOUNDED,
): Record<string, string> {
  const parsed = ScheduleState.safeParse(schedule);
  const problems = {
    ...(parsed.success ? {} : zodProblems(parsed.error)),
    ...timingProblems(schedule, bounds),
    ...inputProblems(schedule.input, job),
  };
  if (Object.keys(problems).length > 0) return problems;
  // One that has fired its last may still be renamed.
  const timed = schedule.enabled && schedule.activeSince >= now;
  if (!timed || mayFire(schedule, now)) return {};
  return { [schedule.kind === 'ONCE' ? 'at' : 'endsAt']: 'leaves no time to fire: all of it has passed' };
}

const mayFire = (schedule: ScheduleState, now: number): boolean =>
  schedule.kind === 'AFTER_JOB'
    ? (schedule.endsAt ?? Number.POSITIVE_INFINITY) > now
    : nextTick(schedule, now) !== undefined;

/** What was asked for that could have no effect: no end of a run is ever missed. Null asks for nothing. */
export function idleProblems(
  { kind }: Pick<ScheduleState, 'kind'>,
  input: Pick<ScheduleUpdateInput, 'missed' | 'maxMissed'>,
): Record<string, string> {
  if (kind !== 'AFTER_JOB') return {};
  const idle = (['missed', 'maxMissed'] as const).filter((field) => input[field] != null);
  const text = 'has no meaning for an AFTER_JOB schedule, which fires for every end, however late; leave it out';
  return Object.fromEntries(idle.map((field) => [field, text]));
}

const FASTEST_MS = 1_000;
const DAY_MS = 86_400_000;
/** Bounds of what may be asked for. The log is read without them: a schedule of before may lie beyond, and be kept so. */
const SLOWEST_DAYS = 366;
const MOST_JITTER_MS = DAY_MS;

type Bounded = 'everyMs' | 'jitterMs';
const BOUNDED: readonly Bounded[] = ['everyMs', 'jitterMs'];

/** Whose upper bounds a change is held to: of fields that it names, and of those that count only since. */
export function newBounds(
  schedule: ScheduleState,
  asked: Pick<ScheduleUpdateInput, Bounded>,
  before: ScheduleState | undefined,
): Bounded[] {
  const isNew = (field: Bounded) => asked[field] != null || schedule[field] !== before?.[field];
  return BOUNDED.filter((field) => isNew(field) || (field === 'everyMs' && schedule.kind !== before?.kind));
}

/** What is wrong with when it fires. @param bounds the fields that are held to their upper bounds */
export function timingProblems(
  schedule: Pick<ScheduleState, 'kind' | 'cron' | 'everyMs' | 'at' | 'timezone' | 'startsAt' | 'endsAt' | 'jitterMs'>,
  bounds: readonly Bounded[] = BOUNDED,
): Record<string, string> {
  const { kind, cron, everyMs, at, timezone, startsAt, endsAt, jitterMs } = schedule;
  const problems: Record<string, string> = {};
  if (!isTimeZone(timezone))
    problems.timezone = `${JSON.stringify(timezone)} is not a time zone; use an IANA name such as Europe/Berlin`;
  if (kind === 'CRON') {
    const understood = cron === undefined ? undefined : parseCron(cron);
    if (!understood) problems.cron = 'is required for a CRON schedule';
    else if (!understood.ok) problems.cron = understood.error.message;
  }
  if (kind === 'INTERVAL' && everyMs === undefined) problems.everyMs = 'is required for an INTERVAL schedule';
  if (kind === 'INTERVAL' && everyMs !== undefined && everyMs < FASTEST_MS)
    problems.everyMs = `must be at least ${FASTEST_MS}`;
  if (kind === 'INTERVAL' && everyMs !== undefined && everyMs > SLOWEST_DAYS * DAY_MS && bounds.includes('everyMs'))
    problems.everyMs = `must be at most ${SLOWEST_DAYS * DAY_MS}, which is ${SLOWEST_DAYS} days`;
  if (kind === 'ONCE' && at === undefined) problems.at = 'is required for a ONCE schedule';
  if (startsAt !== undefined && endsAt !== undefined && endsAt < startsAt)
    problems.endsAt = 'must not lie before startsAt';
  if (jitterMs < 0) problems.jitterMs = 'must not be negative';
  if (jitterMs > MOST_JITTER_MS && bounds.includes('jitterMs'))
    problems.jitterMs = `must be at most ${MOST_JITTER_MS}, which is 24 hours`;
  return problems;
}

function inputProblems(input: Json | undefined, job: JobState): Record<string, string> {
  const bytes = input === undefined ? 0 : Buffer.byteLength(JSON.stringify(input));
  if (bytes > sizes.inputBytes) return { input: `is ${bytes} bytes of JSON; at most ${sizes.inputBytes} are allowed` };
  return schemaProblems(job, input ?? job.defaultInput);
}
