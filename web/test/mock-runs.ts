import { type JobSeed, jobSeeds, retry } from './mock-jobs.ts';

/** A small platform's worth of data, the same on every start: 8 jobs, 140 runs, two queues' troubles and their cures. */

export type Fields = Record<string, unknown>;

let seed = 7;
/** A repeatable random number in [0, 1). */
export function random(): number {
  seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
  return seed / 2_147_483_648;
}

export const iso = (ms: number): string => new Date(ms).toISOString();

const failures = [
  'connect ECONNREFUSED 10.0.0.12:5432',
  'The data source answered 503 Service Unavailable after 30 s',
  "Cannot read properties of undefined (reading 'rows')",
];

const stack = `Error: The data source answered 503
    at fetchRows (file:///srv/handlers/report.generate.js:41:11)
    at process.processTicksAndRejections (node:internal/process/task_queues:105:5)
    at async handler (file:///srv/handlers/report.generate.js:12:16)`;

export interface MockRun extends Fields {
  id: string;
  job: string;
  status: string;
  createdAt: string;
  startedAt: string | null;
  finishedAt: string | null;
  revision: number;
}

let nextRun = 0;
const runId = (at: number): string => {
  const hex = Math.floor(at).toString(16).padStart(12, '0');
  const tail = (nextRun++).toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7abc-8def-${tail}`;
};

/** One run with everything a page may ask of it. */
export function makeRun(job: string, status: string, createdAt: number, more: Fields = {}): MockRun {
  const definition = jobSeeds.find((it) => it.name === job);
  const started = ['QUEUED', 'SCHEDULED'].includes(status) ? null : createdAt + 40 + random() * 900;
  const ended = ['SUCCEEDED', 'FAILED', 'CANCELLED'].includes(status);
  const duration = 200 + random() * 4_000;
  const finished = ended && started !== null ? started + duration : null;
  const failed = status === 'FAILED';
  const attempt = failed ? 3 : status === 'QUEUED' || status === 'SCHEDULED' ? 0 : status === 'RETRYING' ? 2 : 1;
  const mistake = Math.floor(random() * failures.length);
  const message = failures[mistake];
  const error =
    failed || status === 'RETRYING'
      ? { message, code: 'ERR_SOURCE', stack, fingerprint: `${job}-${mistake}`, retryable: true }
      : null;
  const run: MockRun = {
    __typename: 'Run',
    id: runId(createdAt),
    job,
    jobRevision: 3,
    kind: definition?.kind ?? 'HANDLER',
    status,
    queue: definition?.queue ?? 'default',
    priority: 5,
    input: definition?.defaultInput ?? null,
    result: status === 'SUCCEEDED' ? { rows: 1_284, warnings: [], took: 'fast', ok: true } : null,
    error,
    attempt,
    maxAttempts: 3,
    progress: null,
    progressMessage: null,
    tags: random() > 0.7 ? ['billing', 'eu-west'] : [],
    workerId: started === null ? null : 'wrk-01hq4zj3',
    createdAt: iso(createdAt),
    dueAt: status === 'SCHEDULED' ? iso(createdAt + 3_600_000) : null,
    queuedAt: status === 'SCHEDULED' ? null : iso(createdAt),
    startedAt: started === null ? null : iso(started),
    finishedAt: finished === null ? null : iso(finished),
    expiresAt: null,
    nextAttemptAt: status === 'RETRYING' ? iso(Date.now() + 25_000) : null,
    waitMs: started === null ? null : started - createdAt,
    durationMs: finished === null || started === null ? null : finished - started,
    retry,
    timeout: { softMs: null, hardMs: 3_600_000 },
    idempotencyKey: null,
    uniqueKey: null,
    cancelRequestedAt: null,
    cancelReason: null,
    test: false,
    retryOf: null,
    retriedBy: [],
    deadLetter: failed ? 'OPEN' : null,
    scheduleId: null,
    createdBy: 'admin@jobflow.local',
    revision: 1,
    whyNotRunning:
      status === 'QUEUED' && job === 'image.process'
        ? [{ code: 'NO_HANDLER', message: 'No online worker handles image.process. Start one that does.', ahead: null }]
        : [],
    ...more,
  };
  return Object.assign(run, historyOf(run, createdAt, duration));
}

function historyOf(run: MockRun, createdAt: number, duration: number): Fields {
  const attempts: Fields[] = [];
  const timeline: Fields[] = [entry(createdAt, 'RunQueued', `Queued on ${run.queue as string}`, 'admin@jobflow.local')];
  let at = createdAt;
  for (let number = 1; number <= (run.attempt as number); number += 1) {
    const last = number === run.attempt;
    const open = last && run.status === 'RUNNING';
    const lost = !last || ['FAILED', 'RETRYING'].includes(run.status);
    const started = at + 60 + random() * 400;
    const finished = started + duration;
    attempts.push({
      number,
      status: open ? 'RUNNING' : lost ? 'FAILED' : run.status,
      workerId: run.workerId,
      dueAt: null,
      queuedAt: iso(at),
      startedAt: iso(started),
      finishedAt: open ? null : iso(finished),
      waitMs: started - at,
      durationMs: open ? null : duration,
      error: lost && !open ? (run.error ?? { message: failures[0], code: null, stack, retryable: true }) : null,
    });
    timeline.push(entry(started, 'RunStarted', `Attempt ${number} started on ${run.workerId as string}`, null, number));
    if (!open && lost) timeline.push(entry(finished, 'RunAttemptFailed', `${failures[1]}`, null, number));
    at = finished + 1_000 * 2 ** number;
  }
  if (run.finishedAt) timeline.push(entry(at, `Run${title(run.status)}`, `${title(run.status)}`, null));
  return { attempts: () => attempts, timeline: () => timeline, timelineCount: timeline.length };
}

const title = (status: string) => status.charAt(0) + status.slice(1).toLowerCase();
const entry = (at: number, type: string, message: string, actor: string | null, attempt?: number): Fields => ({
  at: iso(at),
  type,
  message,
  actor,
  attempt: attempt ?? null,
  position: 'p',
});

const oneIn = (share: number) => random() < share;

function statusFor(rate: number): string {
  return oneIn(rate) ? 'SUCCEEDED' : oneIn(0.8) ? 'FAILED' : 'CANCELLED';
}

/** Runs of the last hours, newest first. */
export function makeRuns(now: number): MockRun[] {
  const runs: MockRun[] = [
    makeRun('report.generate', 'RUNNING', now - 4_000),
    makeRun('image.process', 'QUEUED', now - 12_000),
    makeRun('report.generate', 'RETRYING', now - 20_000),
    makeRun('orders.sync', 'SCHEDULED', now - 25_000),
  ];
  const names = jobSeeds.filter((job) => job.rate !== undefined && job.rate > 0);
  for (let n = 0; n < 136; n += 1) {
    const job = names[Math.floor(random() * names.length)] as JobSeed;
    runs.push(makeRun(job.name, statusFor(job.rate ?? 1), now - 60_000 - n * 95_000));
  }
  // An evening on which something was broken.
  for (let n = 0; n < 24; n += 1) {
    const job = n % 3 === 0 ? 'orders.sync' : 'report.generate';
    runs.push(makeRun(job, 'FAILED', now - 136 * 95_000 - 120_000 - n * 7_000));
  }
  return runs;
}
