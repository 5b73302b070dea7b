import { createHmac } from 'node:crypto';

/** The key in `whsec_<base64>`. */
export const secretKey = (secret: string): Buffer => Buffer.from(secret.replace(/^whsec_/, ''), 'base64');

/**
 * The headers of Standard Webhooks 1.0 (`v1`: HMAC-SHA256 of `id.timestamp.body`), and a plain HMAC of the body for
 * receivers that know nothing else. Source: the specification at github.com/standard-webhooks/standard-webhooks.
 */
export function signedHeaders(
  secret: string,
  id: string,
  timestampSeconds: number,
  body: string,
): Record<string, string> {
  const key = secretKey(secret);
  const signature = createHmac('sha256', key).update(`${id}.${timestampSeconds}.${body}`).digest('base64');
  return {
    'webhook-id': id,
    'webhook-timestamp': String(timestampSeconds),
    'webhook-signature': `v1,${signature}`,
    'x-signature': `sha256=${createHmac('sha256', key).update(body).digest('hex')}`,
  };
}
