import { type DbSession, pgJson } from '@jobflow/read-model';
import type { Outcome } from './count-changes.js';
import type { RunsFolded } from './fold-runs.js';

const STATUSES = [
  'scheduled',
  'blocked',
  'queued',
  'running',
  'retrying',
  'succeeded',
  'failed',
  'cancelled',
  'expired',
];
const typed = (names: string[], type: string) => names.map((name) => `${name} ${type}`).join(', ');
const plus = (table: string, names: string[]) =>
  names.map((name) => `${name} = ${table}.${name} + excluded.${name}`).join(', ');
const orZero = (names: string[]) => names.map((name) => `coalesce(x.${name}, 0)`).join(', ');

const queueCounts = [...STATUSES, 'dead_letters'];
const QUEUES = `insert into read.queue_stats (queue, ${queueCounts.join(', ')})
  select x.queue, ${orZero(queueCounts)} from json_to_recordset($1::json) as x(queue text, ${typed(queueCounts, 'bigint')})
  on conflict (queue) do update set ${plus('queue_stats', queueCounts)}`;

const jobCounts = [...STATUSES, 'duration_sum_ms', 'duration_count'];
const JOBS = `insert into read.job_stats (job, ${jobCounts.join(', ')}, outcomes, last_run_id, last_status, last_at, changed_seq)
  select x.job, ${orZero(jobCounts)}, x.outcomes, x.last_run_id, x.last_status, to_timestamp(x.last_at / 1000.0), x.changed_seq
  from json_to_recordset($1::json) as x(job text, ${typed(jobCounts, 'bigint')}, outcomes jsonb, last_run_id uuid, last_status text, last_at float8, changed_seq bigint)
  on conflict (job) do update set ${plus('job_stats', jobCounts)}, outcomes = excluded.outcomes, changed_seq = excluded.changed_seq,
    last_run_id = excluded.last_run_id, last_status = excluded.last_status, last_at = excluded.last_at`;

const minuteCounts = [
  'enqueued',
  'started',
  'succeeded',
  'failed',
  'retried',
  'cancelled',
  'expired',
  'duration_sum_ms',
  'duration_count',
  'wait_sum_ms',
];
const addBins = (name: string) =>
  `${name} = (select array_agg(a + b order by n) from unnest(minute_stats.${name}, excluded.${name}) with ordinality as bins(a, b, n))`;
const MINUTES = `insert into read.minute_stats (at, queue, job, kind, ${minuteCounts.join(', ')}, wait_hist, run_hist)
  select to_timestamp(x.at / 1000.0), x.queue, x.job, x.kind, ${minuteCounts.map((name) => `x.${name}`).join(', ')}, x.wait_hist, x.run_hist
  from json_to_recordset($1::json) as x(at float8, queue text, job text, kind text, ${typed(minuteCounts, 'bigint')}, wait_hist int[], run_hist int[])
  on conflict (at, queue, job, kind) do update set ${plus('minute_stats', minuteCounts)}, ${addBins('wait_hist')}, ${addBins('run_hist')}`;

/** Ended runs that a job remembers: its spark bar and its success rate. */
const KEPT_OUTCOMES = 100;

interface JobMemory {
  outcomes: Outcome[];
  last: { id: string; status: string; at: number } | undefined;
}

/** Adds a batch's changes to the counters. Remembers each job's outcomes, since they are written whole. */
export class CounterWriter {
  private readonly memory = new Map<string, JobMemory>();

  async write(tx: DbSession, { counter }: RunsFolded): Promise<void> {
    if (counter.minutes.size === 0 && counter.jobs.size === 0) return;
    await this.remember(tx, [...counter.jobs.keys()]);
    const jobs = [...counter.jobs].map(([job, change]) => {
      const memory = this.memory.get(job) ?? { outcomes: [], last: undefined };
      memory.outcomes = [...memory.outcomes, ...change.outcomes].slice(-KEPT_OUTCOMES);
      if (change.last && (!memory.last || memory.last.id <= change.last.id)) memory.last = change.last;
      this.memory.set(job, memory);
      return {
        job,
        ...change.counts,
        duration_sum_ms: change.durationSumMs,
        duration_count: change.durationCount,
        outcomes: memory.outcomes,
        last_run_id: memory.last?.id,
        last_status: memory.last?.status,
        last_at: memory.last?.at,
        changed_seq: change.changedSeq,
      };
    });
    const queues = [...counter.queues].map(([queue, counts]) => ({ queue, ...counts }));
    if (queues.length > 0) await tx.prepared('queue-stats', QUEUES, [pgJson(queues)]);
    if (jobs.length > 0) await tx.prepared('job-stats', JOBS, [pgJson(jobs)]);
    if (counter.minutes.size > 0) await tx.prepared('minute-stats', MINUTES, [pgJson([...counter.minutes.values()])]);
  }

  private async remember(tx: DbSession, jobs: string[]): Promise<void> {
    const unknown = jobs.filter((job) => !this.memory.has(job));
    if (unknown.length === 0) return;
    const rows = await tx.query<{
      job: string;
      outcomes: Outcome[];
      last_run_id: string | null;
      last_status: string;
      last_at: Date;
    }>('select job, outcomes, last_run_id, last_status, last_at from read.job_stats where job = any($1)', [unknown]);
    for (const { job, outcomes, last_run_id, last_status, last_at } of rows) {
      this.memory.set(job, {
        outcomes,
        last: last_run_id ? { id: last_run_id, status: last_status, at: last_at.getTime() } : undefined,
      });
    }
  }
}
