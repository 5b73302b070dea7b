import { fileURLToPath } from 'node:url';
import {
  base64Key,
  ConfigError,
  cidrs,
  connectionConfig,
  encryptionConfig,
  list,
  onOff,
  port,
  readConfig,
  secretKeysOf,
} from '@jobflow/platform';
import { z } from 'zod';
import { passwordFault } from '../auth/passwords.js';
import { emailAddress } from '../users/email-address.js';
import type { GatewayConfig } from './gateway-config.js';

const shape = {
  NATS_URL: connectionConfig.NATS_URL,
  DATABASE_URL: connectionConfig.DATABASE_URL,
  REDIS_URL: connectionConfig.REDIS_URL,
  JOBFLOW_ENVIRONMENT: connectionConfig.JOBFLOW_ENVIRONMENT,
  PORT: port.default(4000),
  HOST: z.string().default('127.0.0.1'),
  JOBFLOW_PUBLIC_URL: z
    .string()
    .refine((text) => /^https?:$/.test(URL.parse(text)?.protocol ?? ''), 'is not an http or https URL')
    .describe('where browsers reach Jobflow, such as https://jobs.example.com')
    .optional(),
  JOBFLOW_JWT_KEY: base64Key(32, { orMore: true }),
  ...encryptionConfig,
  JOBFLOW_ADMIN_EMAIL: z
    .string()
    .refine((text) => emailAddress(text).ok, 'is not an email address')
    .optional(),
  JOBFLOW_ADMIN_PASSWORD: z
    .string()
    .refine((text) => passwordFault(text) === undefined, 'must have 8 to 256 characters')
    .optional(),
  JOBFLOW_RATE_LIMIT: z
    .string()
    .regex(/^(off|[1-9]\d{0,6})$/, 'is neither off nor a number')
    .default('600')
    .describe('off, or writes per minute and client, such as 600'),
  JOBFLOW_ALLOWED_ORIGINS: list
    .refine((origins) => origins.every((one) => /^https?:\/\/[^/]+$/.test(one)), 'holds something that is no origin')
    .describe('a comma-separated list of origins, such as https://jobs.example.com')
    .default([]),
  JOBFLOW_ALLOW_CIDRS: cidrs.default([]),
  JOBFLOW_INTROSPECTION: onOff.default(false),
  JOBFLOW_WEB_DIR: z.string().optional(),
};

export interface GatewayUrls {
  nats: string;
  database: string;
  redis: string;
}

/** The gateway's settings and where its backing services are. @throws ConfigError */
export function readGatewayConfig(env: NodeJS.ProcessEnv): { config: GatewayConfig; urls: GatewayUrls } {
  const read = readConfig('gateway', shape, env);
  const { JOBFLOW_ADMIN_EMAIL: email, JOBFLOW_ADMIN_PASSWORD: password } = read;
  if (password && !email)
    throw new ConfigError('gateway cannot start: JOBFLOW_ADMIN_PASSWORD is set without JOBFLOW_ADMIN_EMAIL');
  if (email && !password)
    throw new ConfigError('gateway cannot start: JOBFLOW_ADMIN_EMAIL is set without JOBFLOW_ADMIN_PASSWORD');
  const config: GatewayConfig = {
    environment: read.JOBFLOW_ENVIRONMENT,
    port: read.PORT,
    host: read.HOST,
    publicUrl: (read.JOBFLOW_PUBLIC_URL ?? `http://${hostInUrl(read.HOST)}:${read.PORT}`).replace(/\/+$/, ''),
    jwtKey: read.JOBFLOW_JWT_KEY,
    secretKeys: secretKeysOf(read),
    ...(email && password ? { admin: { email: email.trim().toLowerCase(), password } } : {}),
    ...(read.JOBFLOW_RATE_LIMIT === 'off' ? {} : { writesPerMinute: Number(read.JOBFLOW_RATE_LIMIT) }),
    allowedOrigins: read.JOBFLOW_ALLOWED_ORIGINS,
    allowCidrs: read.JOBFLOW_ALLOW_CIDRS,
    introspection: read.JOBFLOW_INTROSPECTION,
    webDir: read.JOBFLOW_WEB_DIR ?? fileURLToPath(new URL('../../../../web/dist', import.meta.url)),
  };
  return { config, urls: { nats: read.NATS_URL, database: read.DATABASE_URL, redis: read.REDIS_URL } };
}

const hostInUrl = (host: string): string => (host.includes(':') ? `[${host}]` : host);
