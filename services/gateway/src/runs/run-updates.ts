import { decodePosition, encodePosition, type Position } from '@jobflow/contracts';
import type { Context } from '../context/context.js';
import { badUserInput } from '../errors/refusals.js';
import { logGauge } from '../run-log/log-gauge.js';
import type { LiveTick } from '../subscriptions/live-tick.js';
import { changedRuns } from './changed-runs.js';
import { runConditions } from './run-conditions.js';
import type { RunUpdateBatch } from './run-details.js';
import type { RunFilter } from './run-filter.js';
import { SeenRuns } from './seen-runs.js';
import { visibleJobs } from './visible-jobs.js';

/** They belong to one run, not to a stream of runs: `run(id)` answers them. */
const refused = ['timeline', 'attempts', 'logs', 'logMatches', 'deliveries'];
/** Catching up over more changes than this would cost more than asking anew. */
const OLDEST = 1_000_000;

/** Follows the runs of a filter. `fields`: what is selected of the batches. */
export async function runUpdates(
  ctx: Context,
  filter: RunFilter | null | undefined,
  after: string | null | undefined,
  fields: ReadonlySet<string>,
): Promise<AsyncIterable<RunUpdateBatch>> {
  const wrong = refused.filter((name) => fields.has(name));
  if (wrong.length > 0) {
    throw badUserInput(
      Object.fromEntries(wrong.map((name) => [name, 'may not be selected in runUpdates; ask run(id) for it'])),
    );
  }
  const position = after ? decodePosition(after) : undefined;
  if (after && !position)
    throw badUserInput({ after: 'is not a position of this API; send back what an answer gave you' });
  // Built here, so that a filter nobody can answer is refused before the subscription begins.
  const conditions = runConditions(filter, visibleJobs(ctx.principal));
  const ticks = ctx.live.changes(ctx.signal, position ? { after: position } : {});
  const key = `runs ${JSON.stringify([conditions.sql, conditions.params, [...fields].sort()])}`;
  const read = (tick: LiveTick, from: number) =>
    ctx.live.shared(tick, `${key} ${from}`, () => changedRuns(ctx.db, { conditions, fields, from }));
  return follow(ctx, ticks, read, position);
}

type Read = (tick: LiveTick, from: number) => ReturnType<typeof changedRuns>;

async function* follow(
  ctx: Context,
  ticks: AsyncIterable<LiveTick>,
  read: Read,
  after: Position | undefined,
): AsyncGenerator<RunUpdateBatch, void, void> {
  const seen = new SeenRuns();
  const ahead = after && (await isAhead(ctx, after));
  if (ahead) yield gapAt(ctx.live.position());
  for await (const tick of ticks) {
    if (tick.reset) yield gapAt(tick.cur);
    const from = ahead ? tick.prev.runs : Math.max(tick.prev.runs, after?.runs ?? 0);
    if (tick.reset || tick.cur.runs <= from) continue;
    if (tick.cur.runs - from > OLDEST) {
      yield gapAt(tick.cur);
      continue;
    }
    const changes = await read(tick, from);
    const news = seen.news(changes);
    if (news.runs.length === 0 && news.left.length === 0 && !changes.tooMany) continue;
    yield { ...news, position: encodePosition(tick.cur), gap: changes.tooMany };
  }
}

/** A position that this log has never reached is of another one. */
async function isAhead(ctx: Context, after: Position): Promise<boolean> {
  if (after.runs <= ctx.live.position().runs) return false;
  return (
    after.runs >
    (await logGauge(ctx)
      .end()
      .catch(() => Number.POSITIVE_INFINITY))
  );
}

const gapAt = (position: Position): RunUpdateBatch => ({
  runs: [],
  left: [],
  position: encodePosition(position),
  skipped: 0,
  gap: true,
});
