import { RunStatus } from '@jobflow/contracts';
import type { RunLifeEvent, RunState } from '@jobflow/domain';

type Status = Lowercase<RunStatus>;
export type Counts = Partial<Record<Status | 'dead_letters', number>>;
export interface Outcome {
  runId: string;
  status: RunStatus;
  durationMs: number | null;
  finishedAt: number;
}
export interface JobChange {
  counts: Counts;
  durationSumMs: number;
  durationCount: number;
  /** Ends in this batch, in order. */
  outcomes: Outcome[];
  /** Of the last event that changed it: a batch's own would depend on how the log was cut. */
  changedSeq: number;
  /** The newest run that changed. */
  last: { id: string; status: RunStatus; at: number } | undefined;
}
export interface MinuteChange {
  at: number;
  queue: string;
  job: string;
  kind: string;
  enqueued: number;
  started: number;
  succeeded: number;
  failed: number;
  retried: number;
  cancelled: number;
  expired: number;
  duration_sum_ms: number;
  duration_count: number;
  wait_sum_ms: number;
  wait_hist: number[];
  run_hist: number[];
}

/** Bins of the histograms: bin 0 is 0 ms, bin n is up to 2^n ms. */
export const HISTOGRAM_BINS = 32;
export const histogramBin = (ms: number): number =>
  ms < 1 ? 0 : Math.min(HISTOGRAM_BINS - 1, Math.ceil(Math.log2(ms + 1)));

const MINUTE = 60_000;
const COUNTED = Object.fromEntries(RunStatus.options.map((status) => [status, status.toLowerCase()])) as Record<
  RunStatus,
  Status
>;
const ENDS = { SUCCEEDED: 'succeeded', FAILED: 'failed', CANCELLED: 'cancelled', EXPIRED: 'expired' } as const;

/** What a batch adds to the counters: kept, never counted again. */
export class ChangeCounter {
  readonly queues = new Map<string, Counts>();
  readonly jobs = new Map<string, JobChange>();
  readonly minutes = new Map<string, MinuteChange>();
  private lastMinute: MinuteChange | undefined;

  /** One accepted event, from the state before it to the one after. */
  add(
    before: RunState | undefined,
    after: RunState,
    event: RunLifeEvent,
    { at, seq }: { at: number; seq: number },
  ): void {
    const job = this.job(after.job);
    job.changedSeq = seq;
    if (before?.status !== after.status) {
      const queue = this.queue(after.queue);
      for (const counts of [queue, job.counts]) {
        if (before) count(counts, COUNTED[before.status], -1);
        count(counts, COUNTED[after.status], 1);
      }
      if (!job.last || job.last.id <= after.id) job.last = { id: after.id, status: after.status, at: lastMoved(after) };
    }
    const letters = Number(after.deadLetter === 'OPEN') - Number(before?.deadLetter === 'OPEN');
    if (letters !== 0) count(this.queue(after.queue), 'dead_letters', letters);
    if (!before) this.minute(after, after.createdAt).enqueued++;
    this.addStart(before, after);
    this.addEnd(before, after, event, at, job);
  }

  private addStart(before: RunState | undefined, after: RunState): void {
    if (after.startedAt === undefined || before?.startedAt === after.startedAt) return;
    const minute = this.minute(after, after.startedAt);
    minute.started++;
    minute.wait_sum_ms += after.waitMs ?? 0;
    const bin = histogramBin(after.waitMs ?? 0);
    minute.wait_hist[bin] = (minute.wait_hist[bin] ?? 0) + 1;
  }

  private addEnd(before: RunState | undefined, after: RunState, event: RunLifeEvent, at: number, job: JobChange): void {
    if (event.type === 'RunAttemptFailed' && after.status === 'RETRYING')
      this.minute(after, event.finishedAt).retried++;
    const end = ENDS[after.status as keyof typeof ENDS];
    if (end === undefined || before?.status === after.status) return;
    const finishedAt = after.finishedAt ?? at;
    const minute = this.minute(after, finishedAt);
    minute[end]++;
    job.outcomes.push({ runId: after.id, status: after.status, durationMs: after.durationMs ?? null, finishedAt });
    if (after.durationMs === undefined) return;
    minute.duration_sum_ms += after.durationMs;
    minute.duration_count++;
    const bin = histogramBin(after.durationMs);
    minute.run_hist[bin] = (minute.run_hist[bin] ?? 0) + 1;
    job.durationSumMs += after.durationMs;
    job.durationCount++;
  }

  private queue(name: string): Counts {
    let counts = this.queues.get(name);
    if (!counts) {
      counts = {};
      this.queues.set(name, counts);
    }
    return counts;
  }

  private job(name: string): JobChange {
    let change = this.jobs.get(name);
    if (!change) {
      change = { counts: {}, durationSumMs: 0, durationCount: 0, outcomes: [], changedSeq: 0, last: undefined };
      this.jobs.set(name, change);
    }
    return change;
  }

  private minute(run: RunState, instant: number): MinuteChange {
    const at = Math.floor(instant / MINUTE) * MINUTE;
    const last = this.lastMinute;
    // Mostly the same as before: making a key of it would cost more than all the rest.
    if (last?.at === at && last.job === run.job && last.queue === run.queue && last.kind === run.kind) return last;
    const key = `${at} ${run.queue} ${run.kind} ${run.job}`;
    let change = this.minutes.get(key);
    if (!change) {
      const zero = { enqueued: 0, started: 0, succeeded: 0, failed: 0, retried: 0, cancelled: 0, expired: 0 };
      const sums = { duration_sum_ms: 0, duration_count: 0, wait_sum_ms: 0 };
      const hists = { wait_hist: Array(HISTOGRAM_BINS).fill(0), run_hist: Array(HISTOGRAM_BINS).fill(0) };
      change = { at, queue: run.queue, job: run.job, kind: run.kind, ...zero, ...sums, ...hists };
      this.minutes.set(key, change);
    }
    this.lastMinute = change;
    return change;
  }
}

function count(counts: Counts, key: keyof Counts, n: number): void {
  counts[key] = (counts[key] ?? 0) + n;
}

const lastMoved = (s: RunState): number => s.finishedAt ?? s.startedAt ?? s.queuedAt ?? s.createdAt;
