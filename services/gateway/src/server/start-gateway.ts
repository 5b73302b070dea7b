import { type Position, RUNS_STREAM, STATE_STREAM } from '@jobflow/contracts';
import {
  BootError,
  type Clock,
  connectNats,
  createEventLog,
  createSecretBox,
  createStateStore,
  ensureStreams,
  type NatsLink,
  refuseToStart,
  type ServiceContext,
  type Stoppable,
  systemClock,
} from '@jobflow/platform';
import { type Db, openReadModel } from '@jobflow/read-model';
import type { FastifyInstance } from 'fastify';
import { createAccessNews } from '../auth/access-news.js';
import { createAccessTokens } from '../auth/access-token.js';
import { createAuthenticator } from '../auth/authenticator.js';
import { createPasswords } from '../auth/passwords.js';
import { createRefreshSessions } from '../auth/refresh-sessions.js';
import { createSignIn } from '../auth/sign-in.js';
import { createBulkWorker } from '../bulk/bulk-worker.js';
import type { Services } from '../context/context.js';
import { createContextOf } from '../context/create-context.js';
import { healthParts } from '../health/parts.js';
import { createSystemHealth } from '../health/system-health.js';
import { createRateCounter } from '../limits/rate-counter.js';
import { createWriteLimit } from '../limits/write-limit.js';
import { buildSchema } from '../schema/build-schema.js';
import { resolvers } from '../schema/resolvers.js';
import { createKeyRotation } from '../secrets/key-rotation.js';
import { createSecretResponder } from '../secrets/secret-responder.js';
import { createClientWatch } from '../subscriptions/client-watch.js';
import { createLiveFeed } from '../subscriptions/live-feed.js';
import { createPrepareOperation } from '../subscriptions/prepare-operation.js';
import { createWebSocketServer } from '../subscriptions/websocket-server.js';
import { ensureFirstAdmin } from '../users/first-admin.js';
import { createHousekeeping } from '../users/housekeeping.js';
import { createApollo } from './apollo.js';
import { closingInTime } from './closing-in-time.js';
import { createApp } from './create-app.js';
import type { GatewayConfig } from './gateway-config.js';
import { graphqlPath } from './graphql-route.js';
import type { GatewayUrls } from './read-gateway-config.js';
import { connectRedis } from './redis.js';

export interface GatewayStart {
  context: Pick<ServiceContext, 'logger' | 'health' | 'metrics' | 'version'>;
  config: GatewayConfig;
  urls: GatewayUrls;
  clock?: Clock;
}

/** A gateway that serves; `parts` are to be stopped in reverse order. */
export interface StartedGateway {
  parts: Stoppable[];
  /** Where it listens. */
  url: string;
}

/** Connects to the backing services, puts the parts together and serves. */
export async function startGateway({
  context,
  config,
  urls,
  clock = systemClock,
}: GatewayStart): Promise<StartedGateway> {
  const { logger, health, metrics, version } = context;
  const parts: Stoppable[] = [];
  const keep = <T extends Stoppable>(part: T): T => {
    parts.push(part);
    return part;
  };
  try {
    const [db, link] = await Promise.all([
      openReadModel(urls.database, { name: 'gateway', max: 10 }).then(keep, refuseToStart),
      connectNats(urls.nats, { name: 'gateway', logger }).then(keep),
    ]);
    await ensureStreams(link);
    const redis = connectRedis(urls.redis, logger);
    keep({ stop: async () => redis.disconnect() });
    const log = keep(createEventLog(link, { actor: 'system:gateway', clock, logger, metrics }));
    const stateStore = keep(createStateStore(link, { kinds: ['job', 'schedule', 'queue', 'channel'], logger }));
    const live = keep(createLiveFeed({ link, clock, logger, readCheckpoint: () => readCheckpoint(db) }));
    await Promise.all([stateStore.start(), live.start()]);

    const bulk = keep(createBulkWorker({ db, link, log, stateStore, live, clock, logger }));
    await bulk.start();
    const news = keep(createAccessNews(link));
    const counter = createRateCounter(redis, clock, logger);
    const passwords = createPasswords();
    const sessions = createRefreshSessions(db, clock);
    const tokens = createAccessTokens(config.jwtKey, clock);
    const authenticator = createAuthenticator(db, tokens, clock);
    news.onChanged(() => authenticator.forget());
    await news.start();
    await ensureFirstAdmin(db, passwords, clock, logger, config.admin);

    const secretBox = createSecretBox(config.secretKeys);
    const services: Services = {
      config,
      clock,
      logger,
      db,
      link,
      log,
      stateStore,
      live,
      bulk,
      version,
      secretBox,
      auth: {
        signIn: createSignIn({ passwords, tokens, sessions, counter }),
        passwords,
        sessions,
        changed: () => news.changed(),
      },
      health: createSystemHealth(
        healthParts({ db, link, live, counter, secretBox, limited: config.writesPerMinute !== undefined, clock }),
        clock,
      ),
      isBeyondLog: (position) => isBeyondLog(link, position),
    };
    const { introspection, allowedOrigins } = config;
    const schema = buildSchema(resolvers);
    const writes = createWriteLimit(counter, config.writesPerMinute);
    const createContext = createContextOf(services, authenticator);
    const prepare = createPrepareOperation(schema, introspection, writes);
    const watch = createClientWatch(authenticator, news, clock, logger);
    const apollo = createApollo({ schema, introspection, writes, logger });
    await apollo.start();
    keep({ stop: () => apollo.stop() });
    const secure = config.publicUrl.startsWith('https:');
    const app = await createApp({
      apollo,
      createContext,
      prepare,
      watch,
      clock,
      allowedOrigins,
      secure,
      health,
      metrics,
      logger,
      webDir: config.webDir,
      schema,
      version,
      publicUrl: config.publicUrl,
    });
    keep(closingInTime(app, clock));
    const { server: http } = app;
    keep(createHousekeeping({ db, sessions, authenticator, clock, logger })).start();
    await keep(createSecretResponder({ link, db, box: secretBox, logger })).start();
    await keep(createKeyRotation({ db, box: secretBox, clock, logger, metrics })).start();
    keep(watch).start();
    await keep(
      createWebSocketServer({
        http,
        path: graphqlPath,
        prepare,
        createContext,
        watch,
        allowedOrigins,
        introspection,
        clock,
        logger,
      }),
    ).start();
    health.addCheck('log', () => ({ ok: link.connected(), ...(link.connected() ? {} : { message: 'NATS is away' }) }));
    health.addCheck('postgres', () => db.query('select 1').then(() => ({ ok: true })));
    return { parts, url: await listen(app, config) };
  } catch (error) {
    for (const part of parts.reverse()) await part.stop().catch(() => undefined);
    throw error;
  }
}

async function listen(app: FastifyInstance, { host, port }: GatewayConfig): Promise<string> {
  try {
    return await app.listen({ host, port });
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'EADDRINUSE')
      throw new BootError(`Port ${port} on ${host} is taken: stop what uses it, or set PORT to another.`);
    if (code === 'EACCES')
      throw new BootError(`Port ${port} may not be used by this user: set PORT to one above 1023.`);
    throw new BootError(
      `The gateway cannot listen on ${host}:${port} (${code ?? String(error)}): check HOST and PORT.`,
    );
  }
}

async function readCheckpoint(db: Db): Promise<Position> {
  const rows = await db.query<{ stream: string; seq: number }>(
    'select stream, seq from read.checkpoint where stream = any($1)',
    [[RUNS_STREAM, STATE_STREAM]],
  );
  const seqOf = (stream: string) => rows.find((row) => row.stream === stream)?.seq ?? 0;
  return { runs: seqOf(RUNS_STREAM), state: seqOf(STATE_STREAM) };
}

async function isBeyondLog(link: NatsLink, position: Position): Promise<boolean> {
  try {
    const [runs, state] = await Promise.all([link.jsm.streams.info(RUNS_STREAM), link.jsm.streams.info(STATE_STREAM)]);
    return position.runs > runs.state.last_seq || position.state > state.state.last_seq;
  } catch {
    return false;
  }
}
