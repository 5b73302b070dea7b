import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { askNats } from '../backing/ask-nats.js';
import { commandRedis } from '../backing/ask-redis.js';
import { workerUserConfig } from '../backing/nats-config.js';
import { redisWorkerUser } from '../backing/redis-config.js';
import { ADDRESS_FILE, type Address, inUrl } from '../backing/server.js';
import { readJsonFile } from '../data-dir/json-file.js';
import { readSecrets, type Secrets } from '../data-dir/secrets.js';
import {
  addWorkerCredentials,
  listWorkerCredentials,
  removeWorkerCredentials,
  sha256,
  writeNatsUsers,
  writeRedisUsers,
} from '../data-dir/worker-users.js';
import { PlainError } from '../plain-error.js';
import { reachableHost } from '../platform/claim-port.js';
import { runsRecorded, signalRecorded } from '../process/pid-files.js';
import type { Command, CommandContext } from './command.js';
import { dataDirOf } from './data-dir-of.js';
import { parseOptions } from './parse-options.js';

const help = `\
Usage: jobflow worker-credentials create --name NAME
       jobflow worker-credentials list
       jobflow worker-credentials revoke --name NAME

Makes credentials for a worker in a process of your own (createWorker of @jobflow/sdk), here or elsewhere: for NATS, and
for Redis, where limits are counted. They allow what a worker needs and nothing else. They are printed once. Revoking
disconnects whoever uses them, at once.

Options                     environment            default
  --name NAME                                      (a-z, 0-9 and -, at most 40 characters)
  --data-dir DIR            JOBFLOW_DATA_DIR       .jobflow beside the code
  -h, --help

For workers on other machines start Jobflow with --nats-listen HOST:PORT and --redis-listen HOST:PORT. With NATS_URL set,
\`create\` prints what to add to the configuration of that server instead.
`;

const NAME = /^[a-z0-9][a-z0-9-]{0,39}$/;
const EFFECTIVE_WITHIN_MS = 5_000;
/** Chosen at random out of 2^192, so the slowness of bcrypt has nothing to add: the least cost there is. */
const BCRYPT_COST = 4;

export const workerCredentials: Command = {
  summary: 'make, list and revoke credentials for workers of your own',
  help,
  async run(context) {
    const [action, ...args] = context.args;
    const options = parseOptions('worker-credentials', action?.startsWith('-') ? context.args : args, {
      name: { type: 'string' },
      'data-dir': { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    });
    if (options.help || action === undefined) {
      context.print(help.trimEnd());
      return options.help ? 0 : 1;
    }
    if (action === 'create' && context.env.NATS_URL) return printBlock(context, nameOf(options.name));
    const home = dataDirOf(context, options['data-dir']);
    switch (action) {
      case 'create':
        return create(context, home, nameOf(options.name));
      case 'list':
        return list(context, home);
      case 'revoke':
        return revoke(context, home, nameOf(options.name));
      default:
        throw new PlainError(`There is no "worker-credentials ${action}": it is create, list or revoke.`);
    }
  },
};

function nameOf(name: string | undefined): string {
  if (name === undefined)
    throw new PlainError('--name is missing: say what the credentials are for, like --name ci-box.');
  if (NAME.test(name)) return name;
  throw new PlainError(`--name must be of a-z, 0-9 and "-", at most 40 characters, not "${name}".`);
}

async function newCredentials(name: string): Promise<{ user: string; password: string; hash: string }> {
  // Loaded here alone, since every command, `start` included, loads this file.
  const [{ workerUser }, { hash }, { randomBytes }] = await Promise.all([
    import('@jobflow/contracts'),
    import('bcryptjs'),
    import('node:crypto'),
  ]);
  const password = randomBytes(24).toString('base64url');
  return { user: workerUser(name), password, hash: await hash(password, BCRYPT_COST) };
}

async function create(context: CommandContext, home: string, name: string): Promise<number> {
  const [secrets, nats, redis] = [await readSecrets(home), await natsAddress(home), await addressOf(home, 'redis')];
  const { user, password, hash } = await newCredentials(name);
  const digest = await sha256(password);
  await addWorkerCredentials(home, { name, user, hash, sha256: digest, createdAt: Date.now() });
  let running: Running;
  try {
    running = await apply(home, secrets, ['SETUSER', ...redisWorkerUser({ user, sha256: digest })]);
    if (running.nats) await untilAnswer(urlOf('nats', user, password, here(nats)), 'accepted');
  } catch (error) {
    // Nobody has seen the password. What cannot be told now the servers read at their next start.
    await removeWorkerCredentials(home, name);
    await apply(home, secrets, ['DELUSER', user]).catch(() => undefined);
    throw error;
  }
  // One that does not run beside NATS is of the past: REDIS_URL names another.
  const counts = redis !== undefined && (running.redis || !running.nats);
  const urls = {
    NATS_URL: urlOf('nats', user, password, elsewhere(nats)),
    ...(counts && { REDIS_URL: urlOf('redis', user, password, elsewhere(redis)) }),
  };
  for (const line of shown(name, urls)) context.print(line);
  const flags = [
    ...(isOfThisMachine(nats) ? ['--nats-listen'] : []),
    ...(counts && isOfThisMachine(redis) ? ['--redis-listen'] : []),
  ];
  if (flags.length > 0) {
    context.print(`Only this machine reaches them: for workers elsewhere start Jobflow with ${flags.join(' and ')}.`);
  }
  if (!counts) context.print(OWN_REDIS);
  if (!running.nats) context.print('Jobflow does not run now: they hold from its next start on.');
  return 0;
}

const OWN_REDIS = 'For runs under limits also give it your REDIS_URL: there they are counted.';

const isOfThisMachine = ({ host }: Address): boolean => host === '127.0.0.1' || host === '::1' || host === 'localhost';

function shown(name: string, urls: Readonly<Record<string, string>>): string[] {
  const settings = Object.entries(urls).map(([variable, url]) => `${variable}=${url}`);
  return [
    `Credentials "${name}" for a worker; keep them, they are not shown again:`,
    '',
    ...settings.map((setting) => `  ${setting}`),
    '',
    'In its own process, for example examples/worker:',
    '',
    `  ${settings.join(' ')} node examples/worker/worker.ts`,
    '',
  ];
}

async function list(context: CommandContext, home: string): Promise<number> {
  const all = await listWorkerCredentials(home);
  if (all.length === 0)
    context.print('There are no worker credentials: "jobflow worker-credentials create" makes some.');
  const width = Math.max(0, ...all.map(({ name }) => name.length));
  for (const { name, createdAt } of all) {
    context.print(`${name.padEnd(width)}  made ${new Date(createdAt).toISOString()}`);
  }
  return 0;
}

async function revoke(context: CommandContext, home: string, name: string): Promise<number> {
  const secrets = await readSecrets(home);
  const { workerUser } = await import('@jobflow/contracts');
  await removeWorkerCredentials(home, name);
  const running = await apply(home, secrets, ['DELUSER', workerUser(name)]);
  if (running.nats) await untilAnswer(urlOf('nats', workerUser(name), '-', here(await natsAddress(home))), 'refused');
  context.print(`Credentials "${name}" are revoked: whoever used them is disconnected.`);
  return 0;
}

interface Running {
  nats: boolean;
  redis: boolean;
}

/** Lets the private servers know of a change, those that run. @param redisChange what ACL is to do: its file is for its next start */
async function apply(
  home: string,
  { natsPassword, redisPassword }: Secrets,
  redisChange: readonly string[],
): Promise<Running> {
  const run = join(home, 'run');
  const address = await addressOf(home, 'redis');
  if (address) await writeRedisUsers(home, redisPassword);
  await writeNatsUsers(home, natsPassword);
  const nats = await signalRecorded(run, 'nats', 'SIGHUP');
  // After NATS: a Redis that does not answer must not keep a revoked worker in.
  const redis = address !== undefined && (await runsRecorded(run, 'redis'));
  if (redis) await commandRedis(`redis://:${redisPassword}@${here(address)}`, ['ACL', ...redisChange]);
  return { nats, redis };
}

/** A server reads its configuration a moment after it was told to. */
async function untilAnswer(url: string, wanted: 'accepted' | 'refused'): Promise<void> {
  const deadline = Date.now() + EFFECTIVE_WITHIN_MS;
  for (;;) {
    const answer = await askNats(url, 1_000).catch(() => undefined);
    if (answer && (answer.refused === undefined) === (wanted === 'accepted')) return;
    if (Date.now() > deadline) {
      throw new PlainError('NATS has not taken the change: look into logs/nats.log, or start Jobflow anew.');
    }
    await sleep(50);
  }
}

const addressOf = (home: string, server: 'nats' | 'redis'): Promise<Address | undefined> =>
  readJsonFile<Address>(join(home, server, ADDRESS_FILE));

async function natsAddress(home: string): Promise<Address> {
  const address = await addressOf(home, 'nats');
  if (address) return address;
  throw new PlainError(`${home} has no NATS server of its own: start Jobflow once, or set --data-dir or NATS_URL.`);
}

const here = ({ host, port }: Address): string => `${inUrl(reachableHost(host))}:${port}`;
/** As others reach it: "all addresses" is none that they could use. */
const elsewhere = ({ host, port }: Address): string =>
  `${host === '0.0.0.0' || host === '::' ? hostname() : inUrl(host)}:${port}`;
const urlOf = (scheme: string, user: string, password: string, hostAndPort: string): string =>
  `${scheme}://${user}:${password}@${hostAndPort}`;

/** Somebody else's server: its administrator adds the user. */
async function printBlock(context: CommandContext, name: string): Promise<number> {
  const { workerPermissions } = await import('@jobflow/contracts');
  const { user, password, hash } = await newCredentials(name);
  const [first = ''] = (context.env.NATS_URL ?? '').split(',');
  if (!URL.canParse(first))
    throw new PlainError('NATS_URL is not a URL: it should look like nats://user:password@host:4222.');
  context.print('NATS_URL names a server of your own. Add this to the users of its account, and reload it:');
  context.print('');
  context.print(workerUserConfig({ user, hash, permissions: workerPermissions(user) }));
  context.print('');
  const url = urlOf('nats', user, password, new URL(first).host);
  for (const line of shown(name, { NATS_URL: url })) context.print(line);
  context.print(OWN_REDIS);
  return 0;
}
