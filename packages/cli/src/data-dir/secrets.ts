import { createHmac, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { readJsonFile, writeJsonFile } from './json-file.js';

/** What one installation keeps to itself: made once, in a file that only its owner reads. */
export interface Secrets {
  /** Base64, 32 bytes each. */
  jwtKey: string;
  encryptionKey: string;
  /** Signs one-off callbacks; as Standard Webhooks writes it. */
  callbackSecret: string;
  natsPassword: string;
  postgresPassword: string;
  redisPassword: string;
  /** The first administrator's password is derived from it. Deleted once that password was shown. */
  adminSeed?: string;
}

const pathOf = (dir: string): string => join(dir, 'secrets.json');

/** Base64 of random bytes; url: without characters that would need quoting in a URL. */
const random = (bytes = 32, encoding: 'base64' | 'base64url' = 'base64'): string =>
  randomBytes(bytes).toString(encoding);

export async function loadSecrets(dir: string): Promise<Secrets> {
  const known = await readJsonFile<Secrets>(pathOf(dir));
  if (known) return known;
  const secrets: Secrets = {
    jwtKey: random(),
    encryptionKey: random(),
    callbackSecret: `whsec_${random()}`,
    natsPassword: random(24, 'base64url'),
    postgresPassword: random(24, 'base64url'),
    redisPassword: random(24, 'base64url'),
    adminSeed: random(),
  };
  await writeJsonFile(pathOf(dir), secrets);
  return secrets;
}

/**
 * The first administrator's password, as long as it was not shown. Derived rather than kept, so that a start that was
 * cut off before showing it finds it again, while no file ever holds it; afterwards nothing on disk yields it.
 */
export const initialAdminPassword = (secrets: Secrets): string | undefined =>
  secrets.adminSeed &&
  createHmac('sha256', secrets.adminSeed).update('first administrator').digest('base64url').slice(0, 20);

export async function forgetAdminSeed(dir: string, secrets: Secrets): Promise<void> {
  delete secrets.adminSeed;
  await writeJsonFile(pathOf(dir), secrets);
}
