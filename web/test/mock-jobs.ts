import type { Fields } from './mock-runs.ts';
import { iso, type MockRun } from './mock-runs.ts';

export const retry = {
  maxAttempts: 3,
  backoff: 'EXPONENTIAL',
  initialDelayMs: 1_000,
  maxDelayMs: 3_600_000,
  factor: 2,
  jitter: 'FULL',
};

export interface JobSeed {
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

/** Each kind once, with its joys and sorrows. */
export const jobSeeds: JobSeed[] = [
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
