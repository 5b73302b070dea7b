import { decodePosition, encodePosition, ZERO } from '@jobflow/contracts';
import { attemptsOf, type StoredEvent, timelineOf } from '@jobflow/domain';
import type { Context } from '../context/context.js';
import { badUserInput } from '../errors/refusals.js';
import type { Attempt, TimelineEvent } from './run-details.js';

/** Of a run that snoozes without end, the latest messages. */
const MOST = 2_000;
const EVENTS = `
  select id as run_id, e.events from unnest($1::uuid[]) as wanted(id)
  cross join lateral (select events, seq from read.timelines where run_id = wanted.id order by seq desc limit ${MOST}) as e
  order by id, e.seq`;

/** What the log says of a run, oldest first. */
async function eventsOf(ctx: Context, id: string): Promise<StoredEvent[]> {
  const loader = ctx.loaders.of('run-events', async (ids: readonly string[]) => {
    const found = new Map<string, StoredEvent[]>();
    for (const { run_id, events } of await ctx.db.query<{ run_id: string; events: StoredEvent[] }>(EVENTS, [ids])) {
      found.set(run_id, [...(found.get(run_id) ?? []), ...events]);
    }
    return ids.map((one) => found.get(one) ?? []);
  });
  return (await loader.load(id)) ?? [];
}

export interface TimelineArguments {
  last: number;
  before?: string | null | undefined;
  types?: string[] | null | undefined;
}

/** The latest entries, oldest first. A page begins with a whole message of the log, so that `before` skips nothing. */
export async function timelineFor(
  ctx: Context,
  id: string,
  { last, before, types }: TimelineArguments,
): Promise<TimelineEvent[]> {
  const end = before ? decodePosition(before) : undefined;
  if (before && !end) throw badUserInput({ before: 'is not a position of this timeline' });
  const entries = timelineOf(await eventsOf(ctx, id)).filter(
    (entry) => (!end || entry.seq < end.runs) && (!types || types.includes(entry.type)),
  );
  let start = Math.max(0, entries.length - last);
  const cut = start > 0 ? entries[start - 1]?.seq : undefined;
  const whole = entries.findIndex((entry, n) => n >= start && entry.seq !== cut);
  if (cut !== undefined && whole > 0) start = whole;
  return entries
    .slice(start)
    .map(({ seq, accepted: _, ...entry }) => ({ ...entry, position: encodePosition({ ...ZERO, runs: seq }) }));
}

const LINES = `
  select attempt, min(line) as first, max(line) as last from read.log_lines where run_id = $1 group by attempt`;

/** The latest tries, oldest first; `lines` also looks up which log lines are theirs. */
export async function attemptsFor(ctx: Context, id: string, last: number, lines: boolean): Promise<Attempt[]> {
  const attempts = attemptsOf(await eventsOf(ctx, id)).slice(-last);
  if (!lines) return attempts;
  const rows = await ctx.db.query<{ attempt: number; first: number; last: number }>(LINES, [id]);
  const found = new Map(rows.map((row) => [row.attempt, { firstLine: row.first, lastLine: row.last }]));
  return attempts.map((attempt) => ({ ...attempt, ...found.get(attempt.number) }));
}
