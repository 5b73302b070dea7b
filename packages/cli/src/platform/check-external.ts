import { askNats } from '../backing/ask-nats.js';
import { askPostgres } from '../backing/ask-postgres.js';
import { askRedis } from '../backing/ask-redis.js';
import { natsNeed, redisNeed } from '../find/tool-needs.js';
import { compareVersions, parseVersion, type Version } from '../find/version.js';
import { messageOf, PlainError } from '../plain-error.js';

/** A server that is run by someone else, given by its URL in the environment. */
interface External {
  name: string;
  variable: string;
  schemes: readonly string[];
  example: string;
  /** Asks it, and answers why it will not do. */
  check(url: string): Promise<string | undefined>;
}

const tooOld = (version: string, minimum: Version): string | undefined => {
  const found = parseVersion(version);
  if (found && compareVersions(found, minimum) >= 0) return undefined;
  return `is version ${version || 'unknown'}, and Jobflow needs ${minimum[0]}.${minimum[1]} or newer: upgrade it, or unset`;
};

const nats: External = {
  name: 'NATS',
  variable: 'NATS_URL',
  schemes: ['nats', 'tls'],
  example: 'nats://user:password@host:4222',
  async check(url) {
    const answer = await askNats(url);
    const old = tooOld(answer.version, natsNeed.minimum);
    if (old) return old;
    if (answer.refused) return `refuses these credentials (${answer.refused}): correct`;
    return answer.jetstream ? undefined : 'has JetStream turned off: start it with JetStream, or unset';
  },
};

const postgres: External = {
  name: 'Postgres',
  variable: 'DATABASE_URL',
  schemes: ['postgres', 'postgresql'],
  example: 'postgres://user:password@host:5432/database',
  async check(url) {
    await askPostgres(url); // who may sign in, and which version it is, the migration finds out
    return undefined;
  },
};

const redis: External = {
  name: 'Redis',
  variable: 'REDIS_URL',
  schemes: ['redis', 'rediss'],
  example: 'redis://:password@host:6379',
  async check(url) {
    const answer = await askRedis(url);
    if (answer.refused) return `refuses us (${answer.refused}): correct`;
    return tooOld(answer.version, redisNeed.minimum);
  },
};

/** Asks the servers named in the environment whether they will do. The first that will not is the error. */
export async function checkExternal(urls: { nats?: string; database?: string; redis?: string }): Promise<void> {
  if (urls.nats !== undefined) await check(nats, urls.nats);
  if (urls.database !== undefined) await check(postgres, urls.database);
  if (urls.redis !== undefined) await check(redis, urls.redis);
}

async function check(server: External, urls: string): Promise<void> {
  let last: PlainError | undefined;
  // A cluster is given as a list; one member that answers is enough.
  for (const url of urls.split(',').map((part) => part.trim())) {
    last = await complaint(server, url);
    if (!last) return;
  }
  throw last;
}

async function complaint(server: External, url: string): Promise<PlainError | undefined> {
  const { name, variable, schemes, example } = server;
  const scheme = /^([a-z]+):\/\//.exec(url)?.[1];
  if (!scheme || !schemes.includes(scheme) || !URL.canParse(url)) {
    return new PlainError(`${variable} is not a URL: it should look like ${example}.`);
  }
  // Host and port alone: the rest of the URL holds a password.
  const where = `${name} at ${new URL(url).host}`;
  try {
    const why = await server.check(url);
    return why === undefined ? undefined : new PlainError(`${where} ${why} ${variable}.`);
  } catch (error) {
    return new PlainError(
      `${where} cannot be reached (${messageOf(error)}): start it, or correct ${variable}; unset, one is started for you.`,
    );
  }
}
