import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { crc32 } from 'node:zlib';

/*
 * jfk_<id>_<secret>_<crc>: the id finds the row, the secret proves it (256 random bits, so a plain SHA-256 guards it),
 * the CRC lets a mistyped key and a secret scanner's false alarm be told without asking anyone.
 */

export interface NewApiKey {
  id: string;
  /** The whole key, shown once. */
  key: string;
  hash: string;
}

export function newApiKey(): NewApiKey {
  const id = randomBytes(8).toString('hex');
  const secret = randomBytes(32).toString('hex');
  const head = `jfk_${id}_${secret}`;
  return { id, key: `${head}_${checksum(head)}`, hash: hashSecret(secret) };
}

const pattern = /^(jfk_([0-9a-f]{16})_([0-9a-f]{64}))_([0-9a-f]{8})$/;

/** The parts of a key; undefined when it is not one. */
export function parseApiKey(text: string): { id: string; secret: string } | undefined {
  const [, head, id, secret, crc] = pattern.exec(text) ?? [];
  return head && id && secret && checksum(head) === crc ? { id, secret } : undefined;
}

export const isApiKeyLike = (text: string): boolean => text.startsWith('jfk_');

export function secretMatches(secret: string, hash: string): boolean {
  const given = Buffer.from(hashSecret(secret), 'hex');
  const stored = Buffer.from(hash, 'hex');
  return given.length === stored.length && timingSafeEqual(given, stored);
}

const hashSecret = (secret: string): string => createHash('sha256').update(secret).digest('hex');
const checksum = (head: string): string => crc32(head).toString(16).padStart(8, '0');
