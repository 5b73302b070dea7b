import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { live, type Position } from '@jobflow/contracts';
import { connectNats, type NatsLink } from '@jobflow/platform';
import { createDb, type Db, migrate } from '@jobflow/read-model';
import { startTestServers, type TestServers } from '../backing/start-test-servers.js';

const main = fileURLToPath(new URL('../../../services/gateway/dist/main.js', import.meta.url));
const silent = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent } as never;

export const admin = { email: 'admin@example.com', password: 'correct horse battery' };

/** Backing services with the tables made, a connection to each for the test, and any number of gateways on them. */
export interface GatewayHouse extends AsyncDisposable {
  backing: TestServers;
  db: Db;
  link: NatsLink;
  /** Speaks for the projector: its checkpoint is now here. */
  checkpoint(cur: Position): void;
  start(env?: Record<string, string>): Promise<GatewayProcess>;
  /** The exit code and what it wrote to stderr, of a gateway that does not get to serve. */
  fail(env: Record<string, string>): Promise<{ code: number | null; stderr: string }>;
}

export async function openGatewayHouse(): Promise<GatewayHouse> {
  const dataDir = await mkdtemp(join(tmpdir(), 'jobflow-gateway-'));
  const backing = await startTestServers({ dataDir, fsync: false });
  await migrate(backing.databaseUrl);
  const db = await createDb(backing.databaseUrl, { name: 'test' });
  const link = await connectNats(backing.natsUrl, { name: 'test', logger: silent });
  const keys = {
    JOBFLOW_JWT_KEY: randomBytes(32).toString('base64'),
    JOBFLOW_ENCRYPTION_KEY: randomBytes(32).toString('base64'),
  };
  const running: GatewayProcess[] = [];
  let prev: Position = { runs: 0, state: 0 };

  const environment = (env: Record<string, string>): NodeJS.ProcessEnv => ({
    PATH: process.env.PATH,
    NATS_URL: backing.natsUrl,
    DATABASE_URL: backing.databaseUrl,
    REDIS_URL: backing.redisUrl,
    JOBFLOW_ADMIN_EMAIL: admin.email,
    JOBFLOW_ADMIN_PASSWORD: admin.password,
    JOBFLOW_HEALTH_PORT: '0',
    JOBFLOW_RATE_LIMIT: 'off',
    PORT: '0',
    ...keys,
    ...env,
  });

  return {
    backing,
    db,
    link,
    checkpoint(cur) {
      link.nc.publish(live.checkpoint, JSON.stringify({ prev, cur }));
      prev = cur;
    },
    async start(env = {}) {
      const started = await GatewayProcess.start(environment(env));
      running.push(started);
      return started;
    },
    async fail(env) {
      const child = spawn(process.execPath, [main], { env: environment(env), stdio: ['ignore', 'ignore', 'pipe'] });
      let stderr = '';
      child.stderr.on('data', (data) => (stderr += String(data)));
      const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
      return { code, stderr };
    },
    async [Symbol.asyncDispose]() {
      for (const one of running) await one.stop();
      await link.stop();
      await db.stop();
      await backing.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

export class GatewayProcess {
  private constructor(
    private readonly child: ChildProcess,
    readonly url: string,
    readonly lines: Record<string, unknown>[],
  ) {}

  static async start(env: NodeJS.ProcessEnv): Promise<GatewayProcess> {
    const child = spawn(process.execPath, [main], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    let stderr = '';
    child.stderr.on('data', (data) => (stderr += String(data)));
    const lines: Record<string, unknown>[] = [];
    const url = await new Promise<string>((resolve, reject) => {
      child.once('close', (code) =>
        reject(new Error(`the gateway ended with ${code}: ${stderr}${JSON.stringify(lines.slice(-3))}`)),
      );
      createInterface({ input: child.stdout as NodeJS.ReadableStream }).on('line', (line) => {
        const entry = JSON.parse(line) as Record<string, unknown>;
        lines.push(entry);
        if (entry.msg === 'gateway started') resolve(String(lines.find((one) => one.url)?.url));
      });
    });
    return new GatewayProcess(child, url, lines);
  }

  /** One POST as it is; for what `ApiClient` does not send. */
  post(body: unknown, headers: Record<string, string> = {}): Promise<Response> {
    return fetch(`${this.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
  }

  /** Asks one operation with a bearer token. */
  async ask(
    query: string,
    variables: Record<string, unknown> = {},
    token?: string,
    headers: Record<string, string> = {},
  ) {
    const response = await this.post(
      { query, variables },
      { ...(token ? { authorization: `Bearer ${token}` } : {}), ...headers },
    );
    const body = (await response.json()) as Answer;
    const [error] = body.errors ?? [];
    return { ...body, status: response.status, response, code: error?.extensions.code, error };
  }

  /** Signs in, and fails the test if that does not work. */
  async signIn(email = admin.email, password = admin.password): Promise<{ token: string; cookie: string }> {
    const { data, errors, response } = await this.ask(
      'mutation ($email: String!, $password: String!) { login(email: $email, password: $password) { accessToken } }',
      { email, password },
    );
    if (!data?.login) throw new Error(JSON.stringify(errors));
    return { token: data.login.accessToken, cookie: cookieOf(response) ?? '' };
  }

  /** SIGKILL, as a crash would be. */
  async kill9(): Promise<void> {
    const ended = new Promise((resolve) => this.child.once('close', resolve));
    this.child.kill('SIGKILL');
    await ended;
  }

  async stop(): Promise<number | null> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return this.child.exitCode;
    const ended = new Promise<number | null>((resolve) => this.child.once('close', resolve));
    this.child.kill('SIGTERM');
    return ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}

// biome-ignore lint/suspicious/noExplicitAny: answers have the shape of whatever was asked
type Data = Record<string, any>;

export interface Answer {
  data?: Data | null;
  errors?: { message: string; path?: (string | number)[]; extensions: Data & { code: string } }[];
  extensions?: { position?: string };
}

/** The cookie to send back, as `name=value`. */
export const cookieOf = (response: Response): string | undefined => response.headers.getSetCookie()[0]?.split(';')[0];
