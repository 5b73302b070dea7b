import ipaddr from 'ipaddr.js';
import { z } from 'zod';

/** A TCP port; 0 lets the system choose. */
export const port = z.coerce.number('is no number').int().min(0).max(65535).describe('a port number, 0 to 65535');

/** Base64 of a key of exactly (or, with `orMore`, at least) this many bytes. */
export const base64Key = (bytes: number, { orMore = false } = {}) =>
  z
    .string()
    .transform((text, ctx) => {
      const key = fromBase64(text);
      if (key.length === bytes || (orMore && key.length > bytes)) return key;
      ctx.addIssue({ code: 'custom', message: key.length === 0 ? 'is not base64' : `decodes to ${key.length} bytes` });
      return z.NEVER;
    })
    .describe(
      `base64 of ${orMore ? 'at least ' : ''}${bytes} random bytes, such as from: openssl rand -base64 ${bytes}`,
    );

/** Base64 of keys of exactly this many bytes, separated by commas. */
export const base64Keys = (bytes: number) =>
  z
    .string()
    .transform((text, ctx) => {
      const keys = splitList(text).map(fromBase64);
      const bad = keys.findIndex((key) => key.length !== bytes);
      if (bad < 0) return keys;
      ctx.addIssue({ code: 'custom', message: `holds no key of ${bytes} bytes in place ${bad + 1}` });
      return z.NEVER;
    })
    .describe(`a comma-separated list of keys, each base64 of ${bytes} bytes`);

/** Empty if it is none. */
const fromBase64 = (text: string): Buffer =>
  /^[A-Za-z0-9+/_-]+={0,2}$/.test(text) ? Buffer.from(text, 'base64') : Buffer.alloc(0);

/** `on` or `off`. */
export const onOff = z
  .enum(['on', 'off', 'true', 'false'], 'is neither on nor off')
  .transform((text) => text === 'on' || text === 'true')
  .describe('on or off');

/** How long something takes or how often it is done. */
export const milliseconds = z.coerce
  .number('is no number')
  .int()
  .min(100)
  .max(86_400_000)
  .describe('a number of milliseconds, 100 to 86400000');

/** A comma-separated list; blanks and empty items are dropped. */
export const list = z.string().transform(splitList).describe('a comma-separated list');

/** A comma-separated list of address ranges. */
export const cidrs = z
  .string()
  .transform((text, ctx) => {
    const ranges = splitList(text);
    for (const range of ranges) {
      if (!ipaddr.isValidCIDR(range)) ctx.addIssue({ code: 'custom', message: `holds ${JSON.stringify(range)}` });
    }
    return ranges;
  })
  .describe('a comma-separated list of CIDRs, such as 10.0.0.0/8,::1/128');

function splitList(text: string): string[] {
  return text.split(',').flatMap((item) => item.trim() || []);
}

const url = (protocols: string[], example: string) =>
  z
    .string()
    .refine(
      (text) => text.split(',').every((one) => protocols.includes(URL.parse(one.trim())?.protocol ?? '')),
      `is not a URL of the kind ${protocols.join(' or ')}`,
    )
    .describe(`a URL such as ${example}`);

/** What every process that talks to the backing services reads. */
export const connectionConfig = {
  NATS_URL: url(['nats:', 'tls:'], 'nats://user:password@127.0.0.1:4222'),
  DATABASE_URL: url(['postgres:', 'postgresql:'], 'postgres://user:password@127.0.0.1:5432/jobflow'),
  REDIS_URL: url(['redis:', 'rediss:'], 'redis://:password@127.0.0.1:6379'),
  JOBFLOW_LOG_LEVEL: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'], 'is no log level')
    .default('info')
    .describe('trace, debug, info, warn, error, fatal or silent'),
  JOBFLOW_ENVIRONMENT: z.string().max(50).default('production'),
  JOBFLOW_HEALTH_PORT: port.default(8080),
  JOBFLOW_HEALTH_HOST: z.string().default('127.0.0.1'),
} as const;
