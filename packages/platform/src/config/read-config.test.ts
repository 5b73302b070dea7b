import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { base64Key, base64Keys, cidrs, connectionConfig, list, onOff, port } from './config-parts.js';
import { ConfigError, readConfig } from './read-config.js';

const message = (shape: z.ZodRawShape, env: NodeJS.ProcessEnv): string => {
  try {
    readConfig('gateway', shape, env);
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return (error as Error).message;
  }
  return 'no complaint';
};

describe('the configuration', () => {
  it('names everything that is wrong in one message, and what is wanted', () => {
    const shape = { PORT: port, JOBFLOW_JWT_KEY: base64Key(32, { orMore: true }), JOBFLOW_ENVIRONMENT: z.string() };
    const text = message(shape, { PORT: 'abc', JOBFLOW_JWT_KEY: 'c2hvcnQ=' });
    expect(text).toContain('gateway cannot start: PORT ("abc") is no number; wanted: a port number, 0 to 65535');
    expect(text).toContain('JOBFLOW_JWT_KEY decodes to 5 bytes; wanted: base64 of at least 32 random bytes');
    expect(text).toContain('JOBFLOW_ENVIRONMENT is not set');
  });

  it('never repeats a value that may hold a credential', () => {
    const text = message(connectionConfig, {
      NATS_URL: 'http://user:hunter2@host',
      DATABASE_URL: 'mysql://u:hunter2@h/d',
      REDIS_URL: 'hunter2',
      JOBFLOW_LOG_LEVEL: 'loud',
    });
    expect(text).not.toContain('hunter2');
    expect(text).toContain('"loud"');
    for (const name of ['NATS_URL', 'DATABASE_URL', 'REDIS_URL']) expect(text).toContain(name);
  });

  it('takes an empty variable for an absent one, and fills in defaults', () => {
    expect(readConfig('x', { PORT: port.default(4000), A: list.default([]) }, { PORT: '', A: '' })).toEqual({
      PORT: 4000,
      A: [],
    });
  });

  it('reads lists, switches, ranges and keys', () => {
    const shape = { LIST: list, SWITCH: onOff, RANGES: cidrs, THE_KEY: base64Key(32) };
    const env = {
      LIST: ' a, b,,c ',
      SWITCH: 'off',
      RANGES: '127.0.0.0/8, ::1/128',
      THE_KEY: Buffer.alloc(32, 7).toString('base64'),
    };
    expect(readConfig('x', shape, env)).toEqual({
      LIST: ['a', 'b', 'c'],
      SWITCH: false,
      RANGES: ['127.0.0.0/8', '::1/128'],
      THE_KEY: Buffer.alloc(32, 7),
    });
    const keys = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)];
    const text = keys.map((key) => key.toString('base64')).join(' , ');
    expect(readConfig('x', { OLD_KEYS: base64Keys(32) }, { OLD_KEYS: text })).toEqual({ OLD_KEYS: keys });
    expect(message({ OLD_KEYS: base64Keys(32) }, { OLD_KEYS: `${text},aHVudGVyMg==` })).toMatch(
      /^gateway cannot start: OLD_KEYS holds no key of 32 bytes in place 3; wanted: a comma-separated list of keys/,
    );
    expect(message({ RANGES: cidrs }, { RANGES: '10.0.0.0/8,10.0.0.1' })).toContain('"10.0.0.1"');
  });
});
