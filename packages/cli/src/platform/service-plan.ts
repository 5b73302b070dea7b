import { join } from 'node:path';
import type { Secrets } from '../data-dir/secrets.js';

export type ServiceName = 'projector' | 'gateway' | 'scheduler' | 'executor' | 'notifier';

/** One process to run: which service, under which name, and what it is told. */
export interface PlannedService {
  /** Unique: `executor-2`. */
  name: string;
  service: ServiceName;
  /** How much it gives way to others while processor time is short. */
  nice: number;
  env: Record<string, string>;
}

export interface PlanInput {
  urls: { nats: string; database: string; redis: string };
  secrets: Secrets;
  executors: number;
  schedulers: number;
  host: string;
  port: number;
  publicUrl: string;
  admin: { email: string; password: string | undefined };
  handlersDir: string;
  /** What the person who started this set; wins over the defaults below. */
  env: NodeJS.ProcessEnv;
}

/** Defaults of a platform on one's own machine. Elsewhere the services themselves are stricter. */
const LOCAL_DEFAULTS = {
  // As in the image. Libraries check more, and take longer, without it.
  NODE_ENV: 'production',
  JOBFLOW_ENVIRONMENT: 'development',
  JOBFLOW_RATE_LIMIT: 'off',
  JOBFLOW_KINDS: 'HTTP,SHELL,PYTHON,SQL,JAVASCRIPT,HANDLER',
  JOBFLOW_ALLOW_CIDRS: '127.0.0.0/8,::1/128',
  JOBFLOW_INTROSPECTION: 'on',
  JOBFLOW_DRAIN_MS: '5000',
};

/**
 * While there is more to do than processor time, what was admitted is carried out first, then written into the read
 * model; what knocks at the door waits longest. A flood so becomes a queue at the door instead of one behind it, and a
 * run whose start and end come close together is one row written instead of two.
 */
const NICE: Record<ServiceName, number> = { executor: 0, scheduler: 0, notifier: 2, projector: 2, gateway: 6 };

/** What only some services may know; taken out of what all of them inherit. */
const SECRETS = [
  'NATS_URL',
  'DATABASE_URL',
  'REDIS_URL',
  'JOBFLOW_JWT_KEY',
  'JOBFLOW_ENCRYPTION_KEY',
  'JOBFLOW_ENCRYPTION_NEXT_KEY',
  'JOBFLOW_ENCRYPTION_OLD_KEYS',
  'JOBFLOW_CALLBACK_SECRET',
  'JOBFLOW_ADMIN_EMAIL',
  'JOBFLOW_ADMIN_PASSWORD',
];

/** Which processes make up the platform. Each gets the secrets it needs and no other: an executor runs people's code. */
export function planServices(input: PlanInput): PlannedService[] {
  const { urls, secrets, env } = input;
  const inherited = Object.fromEntries(
    Object.entries(env).filter(
      (entry): entry is [string, string] => entry[1] !== undefined && !SECRETS.includes(entry[0]),
    ),
  );
  const everyone = { ...LOCAL_DEFAULTS, ...inherited, JOBFLOW_PUBLIC_URL: input.publicUrl, NATS_URL: urls.nats };
  const database = { DATABASE_URL: urls.database };
  const encryption = encryptionKeys(env, secrets);
  const own: Record<ServiceName, Record<string, string>> = {
    projector: database,
    gateway: {
      ...database,
      ...encryption,
      REDIS_URL: urls.redis,
      HOST: input.host,
      PORT: String(input.port),
      JOBFLOW_JWT_KEY: env.JOBFLOW_JWT_KEY ?? secrets.jwtKey,
      ...firstAdmin(input.admin),
    },
    scheduler: database,
    executor: { REDIS_URL: urls.redis, JOBFLOW_HANDLERS: input.handlersDir },
    notifier: {
      ...database,
      ...encryption,
      JOBFLOW_CALLBACK_SECRET: env.JOBFLOW_CALLBACK_SECRET ?? secrets.callbackSecret,
    },
  };
  const counts: Record<ServiceName, number> = {
    projector: 1,
    gateway: 1,
    scheduler: input.schedulers,
    executor: input.executors,
    notifier: 1,
  };
  return (Object.keys(counts) as ServiceName[]).flatMap((service) =>
    Array.from({ length: counts[service] }, (_, index) => ({
      name: counts[service] === 1 ? service : `${service}-${index + 1}`,
      service,
      nice: NICE[service],
      env: { ...everyone, ...own[service] },
    })),
  );
}

/** A key given from outside takes over from the generated one, which then opens what it sealed. */
function encryptionKeys(env: NodeJS.ProcessEnv, { encryptionKey, oldEncryptionKeys = [] }: Secrets) {
  const given = env.JOBFLOW_ENCRYPTION_KEY || undefined;
  const next = env.JOBFLOW_ENCRYPTION_NEXT_KEY || undefined;
  const old = [env.JOBFLOW_ENCRYPTION_OLD_KEYS, given && encryptionKey, ...oldEncryptionKeys].filter(Boolean);
  return {
    JOBFLOW_ENCRYPTION_KEY: given ?? encryptionKey,
    ...(next !== undefined && { JOBFLOW_ENCRYPTION_NEXT_KEY: next }),
    ...(old.length > 0 && { JOBFLOW_ENCRYPTION_OLD_KEYS: old.join(',') }),
  };
}

/** Address and password go together: without a password there is nobody to create. */
const firstAdmin = ({ email, password }: PlanInput['admin']): Record<string, string> =>
  password === undefined ? {} : { JOBFLOW_ADMIN_EMAIL: email, JOBFLOW_ADMIN_PASSWORD: password };

export const serviceEntry = (servicesDir: string, service: ServiceName): string =>
  join(servicesDir, service, 'dist', 'main.js');
