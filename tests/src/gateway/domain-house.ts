import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  activeSubject,
  controlSubject,
  type Json,
  live,
  logSubject,
  outcomeSubject,
  type RunEventOf,
  type WorkerBeat,
} from '@jobflow/contracts';
import { createEventLog, type EventLog } from '@jobflow/platform';
import { silent, until } from '../platform/backed.js';
import { ApiClient } from '../system/api-client.js';
import { admin, type GatewayHouse, type GatewayProcess, openGatewayHouse } from './server-process.js';

const projectorMain = new URL('../../../services/projector/dist/main.js', import.meta.url).pathname;

/** A gateway over a real log and a real projector. The test itself plays the executor. */
export interface DomainHouse extends AsyncDisposable {
  house: GatewayHouse;
  gateway: GatewayProcess;
  api: ApiClient;
  worker: ScriptedWorker;
  /** A client of its own, signed in as the admin. */
  signedIn(): Promise<ApiClient>;
  stopProjector(): Promise<void>;
  startProjector(): void;
}

export async function openDomainHouse(env: Record<string, string> = {}): Promise<DomainHouse> {
  const house = await openGatewayHouse();
  let projector: ChildProcess | undefined;
  const startProjector = () => {
    if (projector) return;
    const { natsUrl, databaseUrl } = house.backing;
    const urls = { NATS_URL: natsUrl, DATABASE_URL: databaseUrl, JOBFLOW_HEALTH_PORT: '0' };
    projector = spawn(process.execPath, [projectorMain], { env: { PATH: process.env.PATH, ...urls }, stdio: 'ignore' });
  };
  const stopProjector = async () => {
    const running = projector;
    projector = undefined;
    if (!running || running.exitCode !== null || running.signalCode !== null) return;
    const ended = once(running, 'exit');
    running.kill('SIGKILL');
    await ended;
  };
  startProjector();
  const gateway = await house.start({ JOBFLOW_ALLOW_CIDRS: '127.0.0.0/8,::1/128', ...env });
  const clients: ApiClient[] = [];
  const signedIn = async () => {
    const client = new ApiClient(gateway.url);
    clients.push(client);
    await client.signIn(admin.email, admin.password);
    return client;
  };
  const log = createEventLog(house.link, { actor: 'system:executor', logger: silent });
  return {
    house,
    gateway,
    api: await signedIn(),
    worker: new ScriptedWorker(house, log),
    signedIn,
    startProjector,
    stopProjector,
    async [Symbol.asyncDispose]() {
      for (const client of clients) client[Symbol.dispose]();
      await log.stop();
      await gateway.stop();
      await stopProjector();
      await house[Symbol.asyncDispose]();
    },
  };
}

type Attempt = { attempt?: number; delivery?: number; claim?: number };

/** Says of runs what an executor would, one event at a time. */
export class ScriptedWorker {
  readonly id = 'worker-1';
  constructor(
    private readonly house: GatewayHouse,
    readonly log: EventLog,
  ) {}

  private on(runId: string, { attempt = 1, delivery = 0, claim = 0 }: Attempt = {}) {
    return { runId, attempt, delivery, claim, workerId: this.id };
  }

  async start(runId: string, which?: Attempt, queue = 'default'): Promise<void> {
    const event = { type: 'RunStarted' as const, ...this.on(runId, which), startedAt: Date.now() };
    await this.log.record(activeSubject(queue), [event]);
  }

  async progress(runId: string, progress: number): Promise<void> {
    await this.log.record(activeSubject('default'), [{ type: 'RunProgressed', ...this.on(runId), progress }]);
  }

  async succeed(runId: string, result?: Json, queue = 'default'): Promise<void> {
    const now = Date.now();
    const ended = { ...this.on(runId), startedAt: now - 5, finishedAt: now };
    await this.log.record(outcomeSubject(queue), [
      { type: 'RunSucceeded', ...ended, ...(result !== undefined && { result }) },
    ]);
  }

  async fail(
    runId: string,
    next: RunEventOf<'RunAttemptFailed'>['next'] = { kind: 'dead', reason: 'not-retryable' },
    which?: Attempt,
    more: { message?: string; fingerprint?: string } = {},
  ): Promise<void> {
    const now = Date.now();
    const error = { message: 'it broke at 42', code: 'E_BROKEN', fingerprint: 'print-1', retryable: true, ...more };
    const ended = { ...this.on(runId, which), startedAt: now - 5, finishedAt: now };
    await this.log.record(outcomeSubject('default'), [
      { type: 'RunAttemptFailed', ...ended, status: 'FAILED', error, next },
    ]);
  }

  async cancelled(runId: string): Promise<void> {
    const now = Date.now();
    const ended = { ...this.on(runId), startedAt: now - 5, finishedAt: now };
    await this.log.record(outcomeSubject('default'), [{ type: 'RunCancelled', ...ended }]);
  }

  async expire(runId: string): Promise<void> {
    await this.log.record(controlSubject('default'), [{ type: 'RunExpired', runId, at: Date.now() }]);
  }

  async logs(runId: string, messages: string[], more: { dropped?: number; attempt?: number } = {}): Promise<void> {
    const lines = messages.map((message, n) => ({
      at: Date.now(),
      level: (['INFO', 'WARN', 'ERROR', 'DEBUG'] as const)[n % 4] ?? 'INFO',
      stream: 'LOG' as const,
      message,
    }));
    const { dropped, attempt = 1 } = more;
    await this.log.record(logSubject('default'), [
      { type: 'LinesLogged', runId, attempt, lines, ...(dropped !== undefined && { dropped }) },
    ]);
  }

  beat(told: Partial<WorkerBeat> = {}): void {
    const kinds = (['HTTP', 'JAVASCRIPT', 'HANDLER'] as const).map((kind) => ({ kind, enabled: true }));
    const beat: WorkerBeat = {
      id: this.id,
      host: 'here',
      pid: 1,
      version: '0.1.0',
      queues: ['*'],
      handlers: [{ name: 'noop' }],
      kinds,
      concurrency: 10,
      prefetch: 0,
      active: 0,
      load: 0,
      memoryMb: 50,
      cpuPercent: 1,
      finished: 0,
      failed: 0,
      startedAt: Date.now() - 1000,
      at: Date.now(),
      status: 'ONLINE',
      ...told,
    };
    this.house.link.nc.publish(live.worker, JSON.stringify(beat));
  }

  /** Beats until the read model has it. */
  async isKnown(told: Partial<WorkerBeat> = {}): Promise<void> {
    const id = told.id ?? this.id;
    const since = new Date();
    await until(async () => {
      this.beat(told);
      const rows = await this.house.db.query('select 1 from read.workers where id = $1 and last_heartbeat_at >= $2', [
        id,
        since,
      ]);
      return rows.length > 0;
    }, `the worker ${id} is known`);
  }
}

// biome-ignore lint/suspicious/noExplicitAny: answers have the shape of whatever was asked
type Data = Record<string, any>;

/** Waits until a query's answer meets the condition. What is not found may not have been projected yet; any other error ends it. */
export async function eventually(
  api: Pick<ApiClient, 'ask'>,
  query: string,
  variables: Record<string, unknown>,
  holds: (data: Data) => boolean,
): Promise<Data> {
  let data: Data = {};
  await until(
    async () => {
      const { errors, data: found } = await api.ask(query, variables);
      data = found ?? { errors };
      if (errors?.some(({ extensions }) => extensions.code === 'NOT_FOUND')) return false;
      if (errors || !found) throw new Error('this was refused');
      return holds(found);
    },
    `${query} ${JSON.stringify(variables)}`,
  ).catch((error: Error) => {
    throw new Error(`${error.message}: ${JSON.stringify(data)}`);
  });
  return data;
}

/** The code and fields of a refusal. */
export async function refusal(
  api: ApiClient,
  query: string,
  variables: Record<string, unknown> = {},
  headers: Record<string, string> = {},
) {
  const { errors, data } = await api.ask(query, variables, headers);
  const [error] = errors ?? [];
  if (!error) throw new Error(`this was not refused: ${query} ${JSON.stringify(data)}`);
  const { code, correlationId, retryable, ...facts } = error.extensions;
  return { code, message: error.message, ...facts } as {
    code: string;
    message: string;
    fields?: Record<string, string>;
    [key: string]: unknown;
  };
}

export const createJob = (api: ApiClient, input: Record<string, unknown>) =>
  api.must('mutation ($input: JobInput!) { createJob(input: $input) { name revision } }', {
    input: { kind: 'HANDLER', ...input },
  });

export const ENQUEUE =
  'mutation ($input: EnqueueInput!) { enqueue(input: $input) { duplicate position run { id status job attempt input queue priority tags dueAt createdAt } } }';

export const enqueue = async (api: ApiClient, input: Record<string, unknown>): Promise<Data> =>
  (await api.must(ENQUEUE, { input })).enqueue;
