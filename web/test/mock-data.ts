/** A small platform's worth of data, the same on every start: 8 jobs, 140 runs, two queues' troubles and their cures. */

export type Fields = Record<string, unknown>;

let seed = 7;
/** A repeatable random number in [0, 1). */
export function random(): number {
  seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
  return seed / 2_147_483_648;
}

export const iso = (ms: number): string => new Date(ms).toISOString();

const retry = {
  maxAttempts: 3,
  backoff: 'EXPONENTIAL',
  initialDelayMs: 1_000,
  maxDelayMs: 3_600_000,
  factor: 2,
  jitter: 'FULL',
};

interface JobSeed {
  name: string;
  title: string;
  kind: string;
  queue?: string;
  description?: string;
  spec?: unknown;
  defaultInput?: unknown;
  inputSchema?: unknown;
  rate?: number;
  enabled?: boolean;
}

const jobSeeds: JobSeed[] = [
  {
    name: 'email.send',
    title: 'Send email',
    kind: 'HANDLER',
    queue: 'mail',
    description: 'Sends one transactional email through the provider.',
    defaultInput: { to: 'ada@example.com', subject: 'Welcome' },
    inputSchema: {
      type: 'object',
      required: ['to', 'subject'],
      properties: { to: { type: 'string', format: 'email' }, subject: { type: 'string' } },
    },
    rate: 1,
  },
  {
    name: 'report.generate',
    title: 'Monthly report for all regions and every subsidiary, including the new ones',
    kind: 'HANDLER',
    queue: 'reports',
    description:
      'Builds the monthly report. It fails now and then, because its data source does, and is then tried again.',
    rate: 0.71,
  },
  {
    name: 'nightly-backup',
    title: 'Nightly backup',
    kind: 'SHELL',
    spec: { script: 'pg_dump "$DATABASE" | zstd > backup.zst\necho done' },
    rate: 0.98,
  },
  {
    name: 'orders.sync',
    title: 'Sync orders',
    kind: 'HTTP',
    description: 'Pulls new orders from the shop.',
    spec: { method: 'POST', url: 'https://shop.example.com/api/sync', headers: { authorization: '{{secrets.shop}}' } },
    rate: 0.995,
  },
  {
    name: 'image.process',
    title: 'Process image',
    kind: 'HANDLER',
    description: 'No worker handles it yet.',
    rate: 0,
  },
  { name: 'cleanup.sessions', title: 'Clean up sessions', kind: 'JAVASCRIPT', spec: { code: 'return 42;' }, rate: 1 },
  {
    name: 'price.refresh',
    title: 'Refresh prices',
    kind: 'HTTP',
    spec: { url: 'https://p.example.com' },
    enabled: false,
  },
  { name: 'noop', title: 'noop', kind: 'HANDLER' },
];

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
  const message = failures[Math.floor(random() * failures.length)];
  const error =
    failed || status === 'RETRYING' ? { message, code: 'ERR_SOURCE', stack, fingerprint: 'f1', retryable: true } : null;
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
  return runs;
}

export function makeJobs(runs: () => MockRun[], schedules: () => Fields[], now: number): Fields[] {
  return jobSeeds.map((job) => {
    const own = () => runs().filter((run) => run.job === job.name);
    const ended = () => own().filter((run) => run.finishedAt !== null);
    return {
      name: job.name,
      title: job.title,
      description: job.description ?? null,
      kind: job.kind,
      spec: job.spec ?? null,
      inputSchema: job.inputSchema ?? null,
      defaultInput: job.defaultInput ?? null,
      queue: job.queue ?? 'default',
      priority: 5,
      retry,
      timeout: { softMs: null, hardMs: 3_600_000 },
      guarantee: 'AT_LEAST_ONCE',
      logLevel: 'INFO',
      enabled: job.enabled ?? true,
      tags: job.kind === 'HTTP' ? ['shop'] : [],
      revision: 3,
      createdAt: iso(now - 86_400_000 * 40),
      updatedAt: iso(now - 86_400_000 * 2),
      createdBy: 'admin@jobflow.local',
      updatedBy: 'admin@jobflow.local',
      lastRun: () => own()[0] ?? null,
      nextRunAt: schedules().find((it) => it.job === job.name) ? iso(now + 3_000_000) : null,
      successRate: job.rate ?? null,
      avgDurationMs: 2_100,
      waiting: () => own().filter((run) => run.status === 'QUEUED').length,
      active: () => own().filter((run) => run.status === 'RUNNING').length,
      recentRuns: ({ first }: { first: number }) => own().slice(0, first),
      outcomes: ({ last }: { last: number }) =>
        ended()
          .slice(0, last)
          .reverse()
          .map((run) => ({ ...run, runId: run.id })),
      schedules: () => schedules().filter((it) => it.job === job.name),
    };
  });
}

const schedule = (id: string, job: string, cron: string, description: string, now: number, more: Fields = {}) => ({
  id,
  name: null,
  job,
  kind: 'CRON',
  cron,
  description,
  timezone: 'Europe/Berlin',
  missed: 'LAST',
  overlap: 'ALLOW',
  enabled: true,
  disabledReason: null,
  nextFires: () => [1, 2, 3, 4, 5].map((n) => iso(now + n * 86_400_000)),
  lastFiredAt: iso(now - 7_200_000),
  lastRun: null,
  ...more,
});

export function makeSchedules(now: number): Fields[] {
  return [
    schedule('s1', 'nightly-backup', '0 3 * * *', 'Every day at 03:00', now),
    schedule('s2', 'orders.sync', '*/15 * * * *', 'Every 15 minutes', now, { name: 'Shop orders, quarter-hourly' }),
    schedule('s3', 'cleanup.sessions', '0 */6 * * *', 'Every 6 hours', now, {
      enabled: false,
      disabledReason: 'Paused by admin@jobflow.local while the database moves',
    }),
  ];
}

const queue = (name: string, depth: number, active: number, more: Fields = {}) => ({
  name,
  depth,
  active,
  scheduled: 2,
  retrying: 1,
  deadLetters: 0,
  oldestWaitMs: depth > 0 ? 4_200 : null,
  paused: false,
  pauseReason: null,
  pausedAt: null,
  pausedBy: null,
  enqueuedPerMinute: 42.5,
  finishedPerMinute: 41.9,
  failedPerMinute: 0,
  avgDurationMs: 812,
  waitP95Ms: 310,
  workers: 2,
  ...more,
});

export function makeQueues(): Fields[] {
  return [
    queue('default', 3, 1),
    queue('mail', 0, 4, { enqueuedPerMinute: 1_204.2, finishedPerMinute: 1_198.7 }),
    queue('reports', 128, 0, {
      paused: true,
      pauseReason: 'Data source is being migrated',
      pausedBy: 'admin@jobflow.local',
      oldestWaitMs: 3_723_000,
      failedPerMinute: 1.5,
      deadLetters: 17,
    }),
  ];
}

const worker = (id: string, host: string, now: number, more: Fields = {}) => ({
  id,
  host,
  pid: 4_217,
  version: '0.1.0',
  queues: [],
  handlers: ['noop', 'email.send', 'report.generate'],
  kinds: ['HTTP', 'SHELL', 'JAVASCRIPT', 'HANDLER'],
  concurrency: 50,
  active: 5,
  load: 0.1,
  memoryMb: 84.4,
  cpuPercent: 12.3,
  finished: 128_402,
  failed: 204,
  startedAt: iso(now - 93_600_000),
  lastHeartbeatAt: iso(now - 1_000),
  status: 'ONLINE',
  ...more,
});

export function makeWorkers(now: number): Fields[] {
  return [
    worker('wrk-01hq4zj3', 'worker-1.eu-west.internal', now),
    worker('wrk-01hq4zj4', 'worker-2.eu-west.internal', now, { active: 49, cpuPercent: 97.1, queues: ['mail'] }),
    worker('wrk-01hq4zj5', 'worker-3', now, { status: 'OFFLINE', active: 0, lastHeartbeatAt: iso(now - 500_000) }),
  ];
}

export const makeHealth = (now: number): Fields => ({
  status: 'DEGRADED',
  checks: [
    { code: 'gateway', status: 'OK', message: 'The gateway answers.', action: null, since: null, target: null },
    { code: 'log', status: 'OK', message: 'The log is 2 % full.', action: null, since: null, target: null },
    {
      code: 'projector',
      status: 'OK',
      message: 'The read model is 12 ms behind.',
      action: null,
      since: null,
      target: null,
    },
    {
      code: 'workers',
      status: 'DEGRADED',
      message: 'Worker worker-3 was lost; its runs went on elsewhere.',
      action: 'Start it again, or wait a day and it leaves the list.',
      since: iso(now - 480_000),
      target: 'worker-3',
    },
  ],
});

export function makeChannels(now: number): Fields[] {
  const rule = { jobs: null, queues: null, tags: null, statuses: ['FAILED'], events: null };
  const base = {
    kind: 'WEBHOOK',
    enabled: true,
    disabledReason: null,
    createdAt: iso(now),
    lastError: null,
    headers: null,
  };
  return [
    {
      id: 'c1',
      name: 'Order service',
      target: 'https://orders.example.com/…',
      rules: [rule],
      ...base,
      lastDeliveryAt: iso(now - 60_000),
      successRate: 0.98,
    },
    {
      id: 'c2',
      name: 'On-call pager',
      target: 'https://pager.example.net/v2/…',
      rules: [{ ...rule, statuses: null, jobs: ['report.generate'] }],
      ...base,
      enabled: false,
      disabledReason: 'Turned off after 50 failures in a row: HTTP 410 Gone',
      lastDeliveryAt: iso(now - 9e6),
      successRate: 0.4,
    },
  ];
}

export function makeDeliveries(runs: MockRun[], now: number): Fields[] {
  return runs
    .filter((run) => run.finishedAt !== null)
    .slice(0, 12)
    .map((run, n) => {
      const bad = n % 4 === 1;
      const attempt = (number: number, status: number | null) => ({
        number,
        at: iso(now - n * 60_000 + number * 1_000),
        url: 'https://orders.example.com/hooks/jobflow',
        status,
        durationMs: 84 + n * 7,
        error: status === null ? 'connect ETIMEDOUT 203.0.113.7:443' : null,
        requestHeaders: { 'content-type': 'application/json', 'webhook-id': `msg_${n}`, 'webhook-signature': 'v1,…' },
        requestBody: JSON.stringify({ type: 'run.succeeded', data: { id: run.id, job: run.job } }),
        responseHeaders: { 'content-type': 'application/json' },
        responseBody: '{"received":true}',
      });
      return {
        id: `d${n}`,
        channelId: 'c1',
        kind: 'WEBHOOK',
        target: 'https://orders.example.com/…',
        runId: run.id,
        job: run.job,
        event: run.status === 'FAILED' ? 'run.failed' : 'run.succeeded',
        status: bad ? 'RETRYING' : 'SUCCEEDED',
        reason: null,
        nextAttemptAt: bad ? iso(now + 40_000) : null,
        createdAt: iso(now - n * 60_000),
        attempts: bad ? [attempt(1, null), attempt(2, 503)] : [attempt(1, 200)],
      };
    });
}

/** A log long enough that only a windowed view stays quick. */
export function makeLog(lines: number, now: number): Fields[] {
  const levels = ['INFO', 'INFO', 'INFO', 'DEBUG', 'WARN', 'INFO', 'INFO', 'ERROR'];
  const texts = [
    'Fetched page of orders',
    'Wrote batch to the warehouse, 250 rows in 41 ms',
    '\u001b[32m✓\u001b[0m checksum matches',
    'cache miss for key region:eu-west-1:tenant:88120 — falling back to origin, this is a long line that must scroll',
    'Slow answer from data source: 2,310 ms',
    'Retrying request',
    'Progress 40 %',
    'Could not parse row 17:\n  unexpected end of input\n  at line 3',
  ];
  return Array.from({ length: lines }, (_, index) => ({
    line: index + 1,
    at: iso(now - (lines - index) * 11),
    level: levels[index % levels.length],
    stream: index % 8 === 7 ? 'STDERR' : 'LOG',
    attempt: 1,
    message: texts[index % texts.length],
  }));
}
