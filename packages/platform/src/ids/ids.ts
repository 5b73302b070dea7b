import { randomBytes } from 'node:crypto';
import { v7 } from 'uuid';

/** A UUIDv7: unique, and in order of time. */
export const newId = (): string => v7();

/** Random bytes as base64url, for tokens and names that must not be guessed. */
export const newToken = (bytes = 32): string => randomBytes(bytes).toString('base64url');
