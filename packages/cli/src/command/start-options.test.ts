import { expect, test } from 'vitest';
import { PlainError } from '../plain-error.js';
import { welcome } from './start.js';
import { readStartOptions } from './start-options.js';

const folders = { cwd: '/home/me', defaultDataDir: '/repo/.jobflow' };
const read = (args: string[], env: NodeJS.ProcessEnv = {}) => readStartOptions(args, env, folders);

test('nothing given means port 4000 and the data beside the code', () => {
  expect(read([])).toEqual({ port: 4000, dataDir: '/repo/.jobflow', urls: {} });
});

test('a flag wins over the environment, and paths are those of the person', () => {
  const env = { PORT: '5000', JOBFLOW_DATA_DIR: 'a', JOBFLOW_EXECUTORS: '3', NATS_URL: 'nats://x', REDIS_URL: '' };
  expect(read(['--port', '6000', '--handlers', '../h'], env)).toEqual({
    port: 6000,
    dataDir: '/home/me/a',
    handlersDir: '/home/h',
    executors: 3,
    urls: { nats: 'nats://x' },
  });
});

test('NATS listens where it is told to', () => {
  expect(read(['--nats-listen', '0.0.0.0:4222'])?.natsListen).toEqual({ host: '0.0.0.0', port: 4222 });
  expect(read([], { JOBFLOW_NATS_LISTEN: '[::1]:4222' })?.natsListen).toEqual({ host: '::1', port: 4222 });
  expect(read(['--redis-listen', '10.0.0.1:6379'])?.redisListen).toEqual({ host: '10.0.0.1', port: 6379 });
});

test.each([
  [['--prot', '1'], {}, 'Unknown option --prot: see "jobflow start --help".'],
  [['--port', 'abc'], {}, '--port must be a whole number from 0 to 65535, not "abc".'],
  [['--port', '65536'], {}, '--port must be a whole number from 0 to 65535, not "65536".'],
  [['--executors', '1.5'], {}, '--executors must be a whole number from 0 to 64, not "1.5".'],
  [['--schedulers', '0'], {}, '--schedulers must be a whole number from 1 to 16, not "0".'],
  [[], { PORT: '-1' }, 'PORT must be a whole number from 0 to 65535, not "-1".'],
  [['--port', ''], {}, '--port needs a value: see "jobflow start --help".'],
  [['--nats-listen', '4222'], {}, '--nats-listen must be an address and a port, like 0.0.0.0:4222, not "4222".'],
  [['--nats-listen', 'a:99999'], {}, 'The port of --nats-listen must be a whole number from 1 to 65535, not "99999".'],
  [['now'], {}, 'Unexpected "now": see "jobflow start --help".'],
  [[], { JOBFLOW_PUBLIC_URL: 'jobs.test' }, 'JOBFLOW_PUBLIC_URL must be an http or https URL, not "jobs.test".'],
])('%j with %j is refused in one sentence', (args, env, message) => {
  expect(() => read(args, env)).toThrow(new PlainError(message));
});

test('the password is shown when it is new, and otherwise where it came from', () => {
  const platform = { url: 'http://x', adminEmail: 'a@b.c', adminPassword: 'pw' };
  expect(welcome(platform, 1_234, {}).join('\n')).toMatch(/ready after 1\.2 s.*http:\/\/x.*pw.*not shown again/s);
  const later = welcome({ ...platform, adminPassword: undefined }, 0, {}).join('\n');
  expect(later).toContain('printed at the first start');
  const given = welcome(platform, 0, { JOBFLOW_ADMIN_PASSWORD: 'pw' }).join('\n');
  expect(given).toContain('the password in JOBFLOW_ADMIN_PASSWORD');
});
