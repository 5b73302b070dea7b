import { type Fields, iso, type MockRun } from './mock-runs.ts';

/** What surrounds the runs: schedules, queues, workers, health, channels and what was delivered to them. */

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
  recentFires: () =>
    (
      [
        ['RAN', null],
        ['OVERLAPPED', 'The run before has not ended'],
        ['MISSED', 'Missed: only the last 5 are caught up; this and all before it are not'],
      ] as const
    ).map(([outcome, reason], n) => ({
      at: iso(now - (n + 1) * 7_200_000),
      timezone: 'Europe/Berlin',
      outcome,
      reason,
      runId: outcome === 'RAN' ? '01890a5d-ac96-774b-bcce-b302099a8057' : null,
    })),
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
