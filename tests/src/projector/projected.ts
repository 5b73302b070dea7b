import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RUNS_STREAM } from '@jobflow/contracts';
import { connectNats, createEventLog, type EventLog, ensureStreams, type NatsLink } from '@jobflow/platform';
import { createDb, type Db, migrate } from '@jobflow/read-model';
import { startTestServers, type TestServers } from '../backing/start-test-servers.js';
import { silent, until } from '../platform/backed.js';

const main = new URL('../../../services/projector/dist/main.js', import.meta.url).pathname;

/** A projector as it runs in earnest: a process of its own. */
export interface ProjectorProcess {
  pid: number;
  kill9(): Promise<void>;
  /** SIGTERM; the exit code. */
  stop(): Promise<number | null>;
  /** What /readyz says. */
  ready(): Promise<{ ready: boolean; checks: Record<string, { ok: boolean; message?: string }> }>;
  output(): string;
}

export interface Projected extends AsyncDisposable {
  backing: TestServers;
  link: NatsLink;
  log: EventLog;
  /** An empty, migrated database beside the others. */
  database(name: string): Promise<{ url: string; db: Db }>;
  project(databaseUrl: string): Promise<ProjectorProcess>;
  /** Waits until this database holds everything that is in the stream now. */
  caughtUp(db: Db, stream?: string): Promise<number>;
}

/** A private NATS and Postgres, and as many projectors and databases as a test asks for. */
export async function projected(): Promise<Projected> {
  const dataDir = await mkdtemp(join(tmpdir(), 'jobflow-projector-'));
  const backing = await startTestServers({ dataDir, only: ['nats', 'postgres'], fsync: false });
  const link = await connectNats(backing.natsUrl, { name: 'test', logger: silent });
  await ensureStreams(link);
  const log = createEventLog(link, { actor: 'test', logger: silent });
  const admin = await createDb(backing.databaseUrl, { name: 'test-admin', max: 1 });
  const databases: Db[] = [];
  const processes = new Map<ChildProcess, ProjectorProcess>();

  return {
    backing,
    link,
    log,
    async database(name) {
      await admin.query(`create database ${name}`);
      const url = new URL(backing.databaseUrl);
      url.pathname = `/${name}`;
      await migrate(url.href);
      const db = await createDb(url.href, { name: 'test', max: 2 });
      databases.push(db);
      return { url: url.href, db };
    },
    async project(databaseUrl) {
      const port = await freePort();
      const env = {
        ...process.env,
        NATS_URL: backing.natsUrl,
        DATABASE_URL: databaseUrl,
        JOBFLOW_HEALTH_PORT: String(port),
      };
      const child = spawn(process.execPath, [main], { env, stdio: ['ignore', 'pipe', 'pipe'] });
      const projector = projectorProcess(child, port);
      processes.set(child, projector);
      // Before it answers it would die of a SIGTERM instead of stopping.
      await until(
        async () => child.exitCode !== null || (await projector.ready()).checks.projection !== undefined,
        'it starts',
      );
      return projector;
    },
    async caughtUp(db, stream = RUNS_STREAM) {
      const { state } = await link.jsm.streams.info(stream);
      const reached = async () => (await checkpointOf(db, stream)) >= state.last_seq;
      await until(reached, `${stream} is projected to ${state.last_seq}`).catch((error: Error) => {
        const said = [...processes.values()].map((projector) => projector.output().slice(-2_000));
        throw new Error(`${error.message}\n${said.join('\n')}`);
      });
      return state.last_seq;
    },
    async [Symbol.asyncDispose]() {
      for (const child of processes.keys()) child.kill('SIGKILL');
      for (const db of [...databases, admin]) await db.stop();
      await log.stop();
      await link.stop();
      await backing.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

export async function checkpointOf(db: Db, stream = RUNS_STREAM): Promise<number> {
  const [row] = await db.query<{ seq: number }>('select seq from read.checkpoint where stream = $1', [stream]);
  return row?.seq ?? 0;
}

function projectorProcess(child: ChildProcess, port: number): ProjectorProcess {
  let output = '';
  const keep = (chunk: Buffer) => {
    output = (output + chunk.toString()).slice(-200_000);
  };
  child.stdout?.on('data', keep);
  child.stderr?.on('data', keep);
  const ended = once(child, 'exit');
  return {
    pid: child.pid ?? 0,
    async kill9() {
      child.kill('SIGKILL');
      await ended;
    },
    async stop() {
      if (child.exitCode === null) child.kill('SIGTERM');
      await until(() => child.exitCode !== null || child.signalCode !== null, 'it stops', 15_000).catch(
        (error: Error) => {
          throw new Error(`${error.message}\n${output.slice(-3_000)}`);
        },
      );
      return child.exitCode;
    },
    async ready() {
      const response = await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => undefined);
      return response ? ((await response.json()) as never) : { ready: false, checks: {} };
    },
    output: () => output,
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}
