import { base64Key, base64Keys } from '../config/config-parts.js';
import type { SecretKeys } from './secret-box.js';

const BYTES = 32;

/** What every process reads that seals or opens stored secrets. There is no default: without a key none starts. */
export const encryptionConfig = {
  JOBFLOW_ENCRYPTION_KEY: base64Key(BYTES),
  JOBFLOW_ENCRYPTION_NEXT_KEY: base64Key(BYTES).optional(),
  JOBFLOW_ENCRYPTION_OLD_KEYS: base64Keys(BYTES).default([]),
} as const;

interface ReadKeys {
  JOBFLOW_ENCRYPTION_KEY: Buffer;
  JOBFLOW_ENCRYPTION_NEXT_KEY?: Buffer | undefined;
  JOBFLOW_ENCRYPTION_OLD_KEYS: readonly Buffer[];
}

export const secretKeysOf = (read: ReadKeys): SecretKeys => ({
  current: read.JOBFLOW_ENCRYPTION_KEY,
  next: read.JOBFLOW_ENCRYPTION_NEXT_KEY,
  old: read.JOBFLOW_ENCRYPTION_OLD_KEYS,
});
