import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { type DomainHouse, enqueue, openDomainHouse } from '../gateway/domain-house.js';
import { until } from '../platform/backed.js';
import { type ApiClient, isEnded, type Loose } from '../system/api-client.js';

const MAIN = fileURLToPath(new URL('../../../services/executor/dist/main.js', import.meta.url));

/** A gateway, a projector and executors, each a process, over real servers. */
export interface JobHouse extends AsyncDisposable {
  domain: DomainHouse;
  api: ApiClient;
  setSecret(name: string, value: string, description?: string): Promise<Loose>;
  /** Defines a job under a fresh name; the name. */
  define(input: Record<string, unknown>): Promise<string>;
  /** Starts a run; its id. */
  start(job: string, input?: unknown): Promise<string>;
  ended(runId: string): Promise<Loose>;
  /** Defines, starts and waits. */
  run(job: Record<string, unknown>, input?: unknown): Promise<Loose>;
  executor(env?: Record<string, string>): Promise<ExecutorProcess>;
}

export interface ExecutorProcess {
  child: ChildProcess;
  output(): string;
  kill(): Promise<void>;
}

export async function openJobHouse(env: Record<string, string> = {}): Promise<JobHouse> {
  const domain = await openDomainHouse(env);
  const { api } = domain;
  const executors: ExecutorProcess[] = [];
  let jobs = 0;
  const house: JobHouse = {
    domain,
    api,
    setSecret: async (name, value, description) =>
      (
        await api.must(
          'mutation ($name: String!, $value: String!, $description: String) { setSecret(name: $name, value: $value, description: $description) { name description updatedAt updatedBy usedBy } }',
          { name, value, description },
        )
      ).setSecret,
    async define(input) {
      const name = `job-${++jobs}`;
      await api.must('mutation ($input: JobInput!) { createJob(input: $input) { name } }', {
        input: { name, retry: { maxAttempts: 1 }, ...input },
      });
      return name;
    },
    start: async (job, input = {}) => (await enqueue(api, { job, input })).run.id,
    ended: (runId) => api.watchRun(runId, isEnded),
    run: async (job, input) => house.ended(await house.start(await house.define(job), input)),
    async executor(more = {}) {
      const started = await startExecutor(domain.house.backing.natsUrl, more);
      executors.push(started);
      return started;
    },
    async [Symbol.asyncDispose]() {
      for (const executor of executors) await executor.kill();
      await domain[Symbol.asyncDispose]();
    },
  };
  return house;
}

async function startExecutor(natsUrl: string, env: Record<string, string>): Promise<ExecutorProcess> {
  const child = spawn(process.execPath, [MAIN], {
    env: {
      PATH: process.env.PATH ?? '',
      NATS_URL: natsUrl,
      JOBFLOW_HEALTH_PORT: '0',
      JOBFLOW_DRAIN_MS: '500',
      JOBFLOW_KINDS: 'HTTP,SHELL,PYTHON,SQL,JAVASCRIPT,HANDLER',
      JOBFLOW_ALLOW_CIDRS: '127.0.0.0/8,::1/128',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += String(chunk)));
  await until(() => {
    if (child.exitCode !== null) throw new Error(`the executor ended with ${child.exitCode}: ${output}`);
    return output.includes('ready for runs');
  }, 'the executor is ready');
  return {
    child,
    output: () => output,
    async kill() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
  };
}
