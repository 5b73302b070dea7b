import { GraphQLError } from 'graphql';
import { mockBulk } from './mock-bulk.ts';
import { makeHealth } from './mock-platform.ts';
import { type Fields, iso, type MockRun, makeRun } from './mock-runs.ts';
import { type Args, type MockState, matches } from './mock-state.ts';

/** What one request brings along. */
export interface MockRequest {
  cookie: string;
  signedIn: boolean;
  setCookie: (cookie: string) => void;
}

const refuse = (code: string, message: string, extensions: Fields = {}): never => {
  throw new GraphQLError(message, {
    extensions: { code, correlationId: 'c0ffee00-mock', retryable: false, ...extensions },
  });
};

const user = { id: 'u1', email: 'admin@jobflow.local', role: 'ADMIN' };
const session = () => ({ accessToken: 'mock', expiresAt: iso(Date.now() + 900_000), user });

const page = (nodes: Fields[], { first = 50, after }: Args) => {
  const start = after ? Number(after) : 0;
  const end = start + (first ?? 50);
  return {
    nodes: nodes.slice(start, end),
    totalCount: nodes.length,
    position: 'p',
    pageInfo: { hasNextPage: end < nodes.length, hasPreviousPage: start > 0, endCursor: String(end) },
  };
};

/** The root fields of queries and mutations, over the fixtures, for one request. */
export function mockFields(state: MockState, request: MockRequest): Fields {
  const { now, runs, jobs, schedules, queues, workers, channels, deliveries, log, change, add } = state;
  const jobOf = (name: string) =>
    jobs.find((job) => job.name === name) ?? refuse('NOT_FOUND', `There is no job ${name}.`);
  const runOf = (id: string) => runs.find((run) => run.id === id);
  const withMore = (run: MockRun) => ({
    ...run,
    jobDefinition: jobs.find((job) => job.name === run.job) ?? null,
    logInfo: { lines: log.length, bytes: 1, dropped: 0, expiresAt: null },
    logs: ({ last = 200, beforeLine, minLevel }: Args) => {
      const order = ['DEBUG', 'INFO', 'WARN', 'ERROR'];
      const fitting = log.filter(
        (it) =>
          (!beforeLine || (it.line as number) < beforeLine) &&
          order.indexOf(it.level as string) >= order.indexOf(minLevel ?? 'DEBUG'),
      );
      return fitting.slice(-last);
    },
  });
  const stats = () => mockStats(state);
  function createJob({ input }: Args) {
    if (jobs.some((job) => job.name === input.name)) {
      refuse('BAD_USER_INPUT', 'The job was refused.', { fields: { 'input.name': 'This name is taken.' } });
    }
    if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/.test(input.name)) {
      refuse('BAD_USER_INPUT', 'The job was refused.', {
        fields: { 'input.name': 'Letters, digits, dot, dash and underscore only.' },
      });
    }
    const job = {
      ...jobOf('noop'),
      ...input,
      title: input.title ?? input.name,
      retry: { ...(jobOf('noop').retry as Fields), ...input.retry },
    };
    jobs.push(job);
    return job;
  }

  const queries: Fields = {
    me: { id: 'u1', kind: 'USER', email: user.email, role: 'ADMIN' },
    health: () => makeHealth(now),
    position: 'p',
    job: ({ name }: Args) => jobOf(name),
    jobs: ({ filter, ...rest }: Args) =>
      page(
        jobs.filter(
          (job) =>
            (!filter?.search || `${job.name} ${job.title}`.toLowerCase().includes(filter.search.toLowerCase())) &&
            (!filter?.names || filter.names.includes(job.name)),
        ),
        rest,
      ),
    jobKinds: ['HTTP', 'SHELL', 'JAVASCRIPT', 'HANDLER', 'PYTHON', 'SQL'].map((kind) => ({
      kind,
      enabled: !['PYTHON', 'SQL', 'SHELL'].includes(kind),
      reason: kind === 'SHELL' ? 'Shell jobs are off: no executor has JOBFLOW_KINDS with SHELL.' : null,
      specSchema: {},
    })),
    handlers: ['noop', 'email.send', 'report.generate'].map((name) => ({ name, queues: [], workers: 2 })),
    run: ({ id }: Args) => {
      const run = runOf(id);
      return run ? withMore(run) : refuse('NOT_FOUND', `There is no run ${id}.`);
    },
    runs: ({ filter, ...rest }: Args) =>
      page(
        runs.filter((run) => matches(run, filter)),
        rest,
      ),
    schedule: ({ id }: Args) => schedules.find((it) => it.id === id) ?? null,
    schedules: (args: Args) => page(schedules, args),
    nextFires: ({ cron }: Args) =>
      cron.trim().split(/\s+/).length < 5
        ? refuse('BAD_USER_INPUT', 'The cron expression needs five or six fields.', {
            fields: { cron: 'A cron expression has five or six fields.' },
          })
        : [1, 2, 3, 4, 5].map((n) => iso(now + n * 3_600_000)),
    queues,
    workers,
    channels,
    deliveries: ({ filter, ...rest }: Args) =>
      page(
        deliveries.filter((it) => !filter?.runId || it.runId === filter.runId),
        rest,
      ),
    stats,
    ...mockBulk(state),
    createJob,
    updateJob: ({ name, input }: Args) => Object.assign(jobOf(name), input),
    deleteJob: ({ name }: Args) => jobs.splice(jobs.indexOf(jobOf(name)), 1).length > 0,
    enqueue: ({ input }: Args) => {
      const job = jobOf(input.job);
      if (job.name === 'email.send' && typeof input.input?.to !== 'string') {
        refuse('BAD_USER_INPUT', 'The input does not match the job’s schema.', {
          fields: { 'input.to': 'must be a string' },
        });
      }
      return {
        run: add(makeRun(input.job, 'QUEUED', Date.now(), { input: input.input ?? null })),
        duplicate: false,
        position: 'p',
      };
    },
    cancelRun: ({ id }: Args) => {
      const run = runOf(id);
      if (!run) return refuse('NOT_FOUND', 'There is no such run.');
      change(run, { status: 'CANCELLED', finishedAt: iso(Date.now()) });
      return run;
    },
    retryRun: ({ id }: Args) => add(makeRun(runOf(id)?.job ?? 'noop', 'QUEUED', Date.now(), { retryOf: id })),
    createSchedule: ({ input }: Args) => {
      const made = { ...schedules[0], ...input, id: `s${schedules.length + 1}`, description: `Cron ${input.cron}` };
      schedules.push(made);
      return made;
    },
    pauseSchedule: ({ id }: Args) => Object.assign(schedules.find((it) => it.id === id) ?? {}, { enabled: false }),
    resumeSchedule: ({ id }: Args) => Object.assign(schedules.find((it) => it.id === id) ?? {}, { enabled: true }),
    deleteSchedule: ({ id }: Args) =>
      schedules.splice(
        schedules.findIndex((it) => it.id === id),
        1,
      ).length > 0,
    pauseQueue: ({ name }: Args) => Object.assign(queues.find((it) => it.name === name) ?? {}, { paused: true }),
    resumeQueue: ({ name }: Args) => Object.assign(queues.find((it) => it.name === name) ?? {}, { paused: false }),
    createChannel: ({ input }: Args) => {
      const channel = {
        ...channels[0],
        id: `c${channels.length + 1}`,
        name: input.name,
        target: 'https://…',
        lastDeliveryAt: null,
      };
      channels.push(channel);
      return { channel, secret: 'whsec_bW9jayBzZWNyZXQgZm9yIHRoZSBkYXNoYm9hcmQncyB0ZXN0cw==' };
    },
    updateChannel: ({ id, input }: Args) => Object.assign(channels.find((it) => it.id === id) ?? {}, input),
    deleteChannel: ({ id }: Args) =>
      channels.splice(
        channels.findIndex((it) => it.id === id),
        1,
      ).length > 0,
    testChannel: () => deliveries[0],
    changePassword: () => true,
    logout: () => {
      request.setCookie('mock=; HttpOnly; Path=/; Max-Age=0');
      return true;
    },
  };
  const open: Fields = {
    system: { name: 'Jobflow', version: '0.1.0', environment: 'development', time: iso(now) },
    login: ({ email, password }: Args) => {
      if (email !== user.email || password !== 'jobflow') refuse('UNAUTHENTICATED', 'Email and password do not match.');
      request.setCookie('mock=1; HttpOnly; Path=/; SameSite=Strict');
      return session();
    },
    refresh: () => (request.cookie.includes('mock=1') ? session() : refuse('UNAUTHENTICATED', 'Sign in.')),
  };
  if (request.signedIn) return { ...queries, ...open };
  const closed = Object.fromEntries(
    Object.keys(queries).map((name) => [name, () => refuse('UNAUTHENTICATED', 'Sign in.')]),
  );
  return { ...closed, ...open };
}

export const mockStats = ({ runs, jobs, schedules, queues }: MockState): Fields => ({
  total: 1_284_031,
  scheduled: 12,
  blocked: 0,
  queued: 131,
  running: runs.filter((run) => run.status === 'RUNNING').length,
  retrying: 3,
  succeeded: 1_270_112,
  failed: 13_402,
  cancelled: 371,
  expired: 0,
  deadLetters: 17,
  jobs: jobs.length,
  schedules: schedules.length,
  pausedQueues: queues.filter((it) => it.paused).length,
  workers: 2,
  successRate: 0.9874,
  perMinute: 1_204.2,
  avgDurationMs: 812,
  windowMs: 3_600_000,
  projectionLagMs: 12,
  position: 'p',
});
