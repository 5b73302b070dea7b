import { isTerminal, LOGS_STREAM, type RunStatus } from '@jobflow/contracts';
import { mayUseJob } from '../auth/principal.js';
import type { Context } from '../context/context.js';
import { notFound } from '../errors/refusals.js';
import { maxList } from '../paging/check-first.js';
import type { LiveTick } from '../subscriptions/live-tick.js';
import { requireRun } from './find-run.js';
import type { LogBatch } from './run-details.js';
import { logLines } from './run-logs.js';

const CAUGHT_UP_MS = 5_000;
const LOOK_EVERY_MS = 50;

/** A run's lines: what is stored after `afterLine`, then what comes, until the run has ended and all of it was told. */
export async function runLogStream(ctx: Context, runId: string, afterLine: number): Promise<AsyncIterable<LogBatch>> {
  const ticks = ctx.live.changes(ctx.signal);
  const run = await requireRun(ctx, runId);
  if (!mayUseJob(ctx.principal, run.job)) throw notFound('run', runId);
  return new LogTail(ctx, run.id, afterLine).follow(ticks, run.status);
}

class LogTail {
  readonly #ctx: Context;
  readonly #runId: string;
  #line: number;
  #dropped: number | undefined;

  constructor(ctx: Context, runId: string, afterLine: number) {
    this.#ctx = ctx;
    this.#runId = runId;
    this.#line = afterLine;
    // Whoever starts in the middle has been told of earlier losses.
    this.#dropped = afterLine > 0 ? undefined : 0;
  }

  async *follow(ticks: AsyncIterable<LiveTick>, status: RunStatus): AsyncGenerator<LogBatch, void, void> {
    let ended = isTerminal(status);
    if (ended) await this.#logsCaughtUp();
    yield* this.#rest(ended);
    if (ended) return;
    for await (const tick of ticks) {
      if (tick.cur.runs !== tick.prev.runs) ended = await this.#hasEnded(tick);
      if (ended) await this.#logsCaughtUp();
      else if (!tick.logsMany && !tick.logs.has(this.#runId)) continue;
      yield* this.#rest(ended);
      if (ended) return;
    }
  }

  /** All that is stored and was not told; the last batch says so if that is the end. */
  async *#rest(ended: boolean): AsyncGenerator<LogBatch, void, void> {
    for (;;) {
      const lines = await logLines(this.#ctx.db, this.#runId, { first: maxList, afterLine: this.#line });
      this.#line = lines.at(-1)?.line ?? this.#line;
      const dropped = await this.#newlyDropped();
      const more = lines.length === maxList;
      if (lines.length > 0 || dropped > 0 || (ended && !more)) yield { lines, dropped, finished: ended && !more };
      if (!more) return;
    }
  }

  async #newlyDropped(): Promise<number> {
    const [row] = await this.#ctx.db.query<{ dropped: number }>(
      'select dropped from read.run_logs where run_id = $1::uuid',
      [this.#runId],
    );
    const all = row?.dropped ?? 0;
    const before = this.#dropped ?? all;
    this.#dropped = all;
    return all - before;
  }

  async #hasEnded(tick: LiveTick): Promise<boolean> {
    const read = () =>
      this.#ctx.db.query<{ status: RunStatus }>('select status from read.runs where id = $1::uuid', [this.#runId]);
    const [row] = await this.#ctx.live.shared(tick, `status ${this.#runId}`, read);
    return row !== undefined && isTerminal(row.status);
  }

  /** A run's lines are in the log before its outcome is, but the read model takes them from a stream of their own. */
  async #logsCaughtUp(): Promise<void> {
    const { db, link, clock, signal } = this.#ctx;
    const end = await link.jsm.streams.info(LOGS_STREAM).then(
      ({ state }) => state.last_seq,
      () => 0,
    );
    const until = clock.now() + CAUGHT_UP_MS;
    while (!signal.aborted && clock.now() < until) {
      const [row] = await db.query<{ seq: number }>('select seq from read.checkpoint where stream = $1', [LOGS_STREAM]);
      if ((row?.seq ?? 0) >= end) return;
      await new Promise<void>((resolve) => clock.setTimer(LOOK_EVERY_MS, resolve));
    }
  }
}
