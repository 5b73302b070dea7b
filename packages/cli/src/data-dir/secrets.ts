import { join } from 'node:path';
import { PlainError } from '../plain-error.js';
import { readJsonFile, writeJsonFile } from './json-file.js';

/** What one installation keeps to itself: made once, in a file that only its owner reads. */
export interface Secrets {
  /** Base64, 32 bytes each. */
  jwtKey: string;
  encryptionKey: string;
  /** Keys of stored secrets from before, newest first: they open what is still sealed under them. */
  oldEncryptionKeys?: string[];
  /** Signs one-off callbacks; as Standard Webhooks writes it. */
  callbackSecret: string;
  natsPassword: string;
  postgresPassword: string;
  redisPassword: string;
  /** The first administrator's password is derived from it. Deleted once that password was shown. */
  adminSeed?: string;
}

const KEY_BYTES = 32;

const pathOf = (dir: string): string => join(dir, 'secrets.json');

/** Those of an installation that was started before. */
export async function readSecrets(dir: string): Promise<Secrets> {
  const known = await readJsonFile<Secrets>(pathOf(dir));
  if (known) return known;
  throw new PlainError(`There is no Jobflow in ${dir} yet: start it once, or choose its folder with --data-dir.`);
}

export async function loadSecrets(dir: string): Promise<Secrets> {
  const known = await readJsonFile<Secrets>(pathOf(dir));
  if (known) return known;
  const { randomBytes } = await import('node:crypto');
  const key = (): string => randomBytes(KEY_BYTES).toString('base64');
  const password = (): string => randomBytes(24).toString('base64url'); // becomes part of a URL
  const secrets: Secrets = {
    jwtKey: key(),
    encryptionKey: key(),
    callbackSecret: `whsec_${key()}`,
    natsPassword: password(),
    postgresPassword: password(),
    redisPassword: password(),
    adminSeed: key(),
  };
  await writeJsonFile(pathOf(dir), secrets);
  return secrets;
}

/**
 * The first administrator's password, as long as it was not shown. Derived rather than kept, so that a start that was
 * cut off before showing it finds it again, while no file ever holds it; afterwards nothing on disk yields it.
 */
export async function initialAdminPassword({ adminSeed }: Secrets): Promise<string | undefined> {
  if (adminSeed === undefined) return undefined;
  const { createHmac } = await import('node:crypto');
  const digest = createHmac('sha256', adminSeed).update('first administrator').digest('base64');
  return digest.replace(/[^A-Za-z0-9]/g, '').slice(0, 20);
}

export async function forgetAdminSeed(dir: string, secrets: Secrets): Promise<void> {
  delete secrets.adminSeed;
  // As it is by now: a key may have been made since this process read it.
  const { adminSeed: _, ...kept } = await readSecrets(dir);
  await writeJsonFile(pathOf(dir), kept);
}

/** A new key for stored secrets, in use from the next start on; the present one becomes an old one. Answers with both. */
export async function rotateEncryptionKey(dir: string): Promise<{ current: string; old: string }> {
  const [secrets, { randomBytes }] = [await readSecrets(dir), await import('node:crypto')];
  const { encryptionKey: old, oldEncryptionKeys = [] } = secrets;
  const current = randomBytes(KEY_BYTES).toString('base64');
  await writeJsonFile(pathOf(dir), {
    ...secrets,
    encryptionKey: current,
    oldEncryptionKeys: [old, ...oldEncryptionKeys],
  });
  return { current, old };
}
