import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { askNats } from '../backing/ask-nats.js';
import { workerUserConfig } from '../backing/nats-config.js';
import { ADDRESS_FILE, type NatsAddress } from '../backing/nats-server.js';
import { readJsonFile } from '../data-dir/json-file.js';
import {
  addWorkerCredentials,
  listWorkerCredentials,
  removeWorkerCredentials,
  writeNatsUsers,
} from '../data-dir/nats-users.js';
import { readSecrets } from '../data-dir/secrets.js';
import { PlainError } from '../plain-error.js';
import { reachableHost } from '../platform/claim-port.js';
import { signalRecorded } from '../process/pid-files.js';
import type { Command, CommandContext } from './command.js';
import { dataDirOf } from './data-dir-of.js';
import { parseOptions } from './parse-options.js';

const help = `\
Usage: jobflow worker-credentials create --name NAME
       jobflow worker-credentials list
       jobflow worker-credentials revoke --name NAME

Makes NATS credentials for a worker in a process of your own (createWorker of @jobflow/sdk), here or elsewhere: they
allow what a worker needs and nothing else. They are printed once. Revoking disconnects whoever uses them, at once.

Options                     environment            default
  --name NAME                                      (a-z, 0-9 and -, at most 40 characters)
  --data-dir DIR            JOBFLOW_DATA_DIR       .jobflow beside the code
  -h, --help

For workers on other machines start Jobflow with --nats-listen HOST:PORT. With NATS_URL set, \`create\` prints what to
add to the configuration of that server instead.
`;

const NAME = /^[a-z0-9][a-z0-9-]{0,39}$/;
const EFFECTIVE_WITHIN_MS = 5_000;
/** Chosen at random out of 2^192, so the slowness of bcrypt has nothing to add: the least cost there is. */
const BCRYPT_COST = 4;

export const workerCredentials: Command = {
  summary: 'make, list and revoke NATS credentials for workers of your own',
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
    const home = homeOf(context, options['data-dir']);
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

interface Home {
  path: string;
  nats: string;
}

function homeOf(context: CommandContext, given: string | undefined): Home {
  const path = dataDirOf(context, given);
  return { path, nats: join(path, 'nats') };
}

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

async function create(context: CommandContext, home: Home, name: string): Promise<number> {
  const [secrets, address] = [await readSecrets(home.path), await addressOf(home)];
  const { user, password, hash } = await newCredentials(name);
  await addWorkerCredentials(home.nats, { name, user, hash, createdAt: Date.now() });
  const running = await apply(home, secrets.natsPassword);
  if (running) {
    await untilAnswer(urlOf(user, password, here(address)), 'accepted').catch(async (error: unknown) => {
      await removeWorkerCredentials(home.nats, name); // nobody has seen the password
      throw error;
    });
  }
  const url = urlOf(user, password, elsewhere(address));
  for (const line of shown(name, url)) context.print(line);
  if (reachableHost(address.host) === '127.0.0.1' && address.host !== '0.0.0.0') {
    context.print('Only this machine reaches that address: for workers elsewhere start Jobflow with --nats-listen.');
  }
  if (!running) context.print('Jobflow does not run now: they hold from its next start on.');
  return 0;
}

const shown = (name: string, url: string): string[] => [
  `Credentials "${name}" for a worker; keep them, they are not shown again:`,
  '',
  `  NATS_URL=${url}`,
  '',
  'In its own process, for example examples/worker:',
  '',
  `  NATS_URL=${url} node examples/worker/worker.ts`,
  '',
];

async function list(context: CommandContext, home: Home): Promise<number> {
  const all = await listWorkerCredentials(home.nats);
  if (all.length === 0)
    context.print('There are no worker credentials: "jobflow worker-credentials create" makes some.');
  const width = Math.max(0, ...all.map(({ name }) => name.length));
  for (const { name, createdAt } of all) {
    context.print(`${name.padEnd(width)}  made ${new Date(createdAt).toISOString()}`);
  }
  return 0;
}

async function revoke(context: CommandContext, home: Home, name: string): Promise<number> {
  const secrets = await readSecrets(home.path);
  const { workerUser } = await import('@jobflow/contracts');
  await removeWorkerCredentials(home.nats, name);
  const running = await apply(home, secrets.natsPassword);
  if (running) await untilAnswer(urlOf(workerUser(name), '-', here(await addressOf(home))), 'refused');
  context.print(`Credentials "${name}" are revoked: whoever used them is disconnected.`);
  return 0;
}

/** Lets the server read its users again. False if it does not run. */
async function apply(home: Home, password: string): Promise<boolean> {
  await writeNatsUsers(home.nats, password);
  return signalRecorded(join(home.path, 'run'), 'nats', 'SIGHUP');
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

async function addressOf({ path, nats }: Home): Promise<NatsAddress> {
  const address = await readJsonFile<NatsAddress>(join(nats, ADDRESS_FILE));
  if (address) return address;
  throw new PlainError(`${path} has no NATS server of its own: start Jobflow once, or set --data-dir or NATS_URL.`);
}

const inUrl = (host: string): string => (host.includes(':') ? `[${host}]` : host);
const here = ({ host, port }: NatsAddress): string => `${inUrl(reachableHost(host))}:${port}`;
/** As others reach it: "all addresses" is none that they could use. */
const elsewhere = ({ host, port }: NatsAddress): string =>
  `${host === '0.0.0.0' || host === '::' ? hostname() : inUrl(host)}:${port}`;
const urlOf = (user: string, password: string, hostAndPort: string): string =>
  `nats://${user}:${password}@${hostAndPort}`;

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
  for (const line of shown(name, urlOf(user, password, new URL(first).host))) context.print(line);
  return 0;
}
