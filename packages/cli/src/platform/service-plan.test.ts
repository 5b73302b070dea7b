import { expect, test } from 'vitest';
import { type PlanInput, planServices } from './service-plan.js';

const input: PlanInput = {
  urls: { nats: 'nats://n', database: 'postgres://d', redis: 'redis://r' },
  secrets: {
    jwtKey: 'the-jwt-key',
    encryptionKey: 'the-encryption-key',
    oldEncryptionKeys: ['an-old-key'],
    callbackSecret: 'whsec_x',
    natsPassword: 'n',
    postgresPassword: 'p',
    redisPassword: 'r',
  },
  executors: 2,
  schedulers: 1,
  host: '127.0.0.1',
  port: 4000,
  publicUrl: 'http://127.0.0.1:4000',
  admin: { email: 'a@b.c', password: 'the-password' },
  handlersDir: '/handlers',
  env: { PATH: '/bin', JOBFLOW_JWT_KEY: undefined, DATABASE_URL: 'postgres://from-outside', JOBFLOW_RATE_LIMIT: '5' },
};

const envOf = (name: string): Record<string, string> => planServices(input).find((s) => s.name === name)?.env ?? {};

test('several processes of one service are numbered', () => {
  expect(planServices(input).map(({ name }) => name)).toEqual([
    'projector',
    'gateway',
    'scheduler',
    'executor-1',
    'executor-2',
    'notifier',
  ]);
  expect(planServices({ ...input, executors: 0 }).map(({ name }) => name)).not.toContain('executor');
});

test('what was admitted is carried out before it is shown, and shown before more is admitted', () => {
  const nice = Object.fromEntries(planServices(input).map(({ name, nice }) => [name, nice]));
  expect(nice.gateway).toBeGreaterThan(nice.projector as number);
  expect(nice.projector).toBeGreaterThan(nice['executor-1'] as number);
  expect(nice.scheduler).toBe(nice['executor-1']);
});

test('services run as in production, unless the person says otherwise', () => {
  expect(envOf('gateway').NODE_ENV).toBe('production');
  const plan = planServices({ ...input, env: { NODE_ENV: 'development' } });
  expect(plan.map(({ env }) => env.NODE_ENV)).toEqual(plan.map(() => 'development'));
});

test('an executor, which runs the code of others, is told no secret but the log and Redis', () => {
  const given = { JOBFLOW_ENCRYPTION_OLD_KEYS: 'an-old-key', JOBFLOW_ENCRYPTION_NEXT_KEY: 'whsec_x' };
  const plan = planServices({ ...input, env: { ...input.env, ...given } });
  const env = plan.find(({ name }) => name === 'executor-1')?.env ?? {};
  expect(env).toMatchObject({
    NATS_URL: 'nats://n',
    REDIS_URL: 'redis://r',
    JOBFLOW_HANDLERS: '/handlers',
    PATH: '/bin',
  });
  const said = JSON.stringify(env);
  for (const secret of ['the-jwt-key', 'the-encryption-key', 'an-old-key', 'whsec_x', 'the-password', 'postgres://']) {
    expect(said).not.toContain(secret);
  }
});

test('what the person set wins over the local defaults, and a key given outside over the generated one', () => {
  expect(envOf('gateway')).toMatchObject({
    JOBFLOW_RATE_LIMIT: '5',
    JOBFLOW_ENVIRONMENT: 'development',
    JOBFLOW_JWT_KEY: 'the-jwt-key',
    DATABASE_URL: 'postgres://d',
  });
  const given = planServices({ ...input, env: { JOBFLOW_ENCRYPTION_KEY: 'given' } });
  for (const { service, env } of given) {
    const expected = service === 'gateway' || service === 'notifier' ? 'given' : undefined;
    expect(env.JOBFLOW_ENCRYPTION_KEY).toBe(expected);
  }
});

test('gateway and notifier, and nobody else, are told the keys that open what was sealed before', () => {
  const keysOf = (env: NodeJS.ProcessEnv) =>
    planServices({ ...input, env }).map(({ service, env }) => [
      service,
      env.JOBFLOW_ENCRYPTION_OLD_KEYS,
      env.JOBFLOW_ENCRYPTION_NEXT_KEY,
    ]);
  const told = (old: string, next?: string) =>
    ['projector', 'gateway', 'scheduler', 'executor', 'executor', 'notifier'].map((service) =>
      service === 'gateway' || service === 'notifier' ? [service, old, next] : [service, undefined, undefined],
    );
  expect(keysOf({})).toEqual(told('an-old-key'));
  expect(keysOf({ JOBFLOW_ENCRYPTION_KEY: 'given' })).toEqual(told('the-encryption-key,an-old-key'));
  const both = { JOBFLOW_ENCRYPTION_OLD_KEYS: 'a,b', JOBFLOW_ENCRYPTION_NEXT_KEY: 'c' };
  expect(keysOf(both)).toEqual(told('a,b,an-old-key', 'c'));
});

test('the gateway is told of the first administrator only while there is a password to give', () => {
  expect(envOf('gateway')).toMatchObject({ JOBFLOW_ADMIN_EMAIL: 'a@b.c', JOBFLOW_ADMIN_PASSWORD: 'the-password' });
  const later = planServices({ ...input, admin: { email: 'a@b.c', password: undefined } });
  for (const { env } of later) expect(env).not.toHaveProperty('JOBFLOW_ADMIN_EMAIL');
});
