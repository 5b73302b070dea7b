import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';

/** Where a sealed value is kept. What is sealed for one place cannot be opened as if from another. */
export interface SecretPlace {
  table: string;
  row: string;
  column: string;
}

/** Where the gateway keeps a secret, or what belongs to the channel `channel:<id>`, and where others open it. */
export const storedSecret = (name: string): SecretPlace => ({ table: 'gateway.secrets', row: name, column: 'sealed' });

/** 32 bytes each. One key seals; all of them open what they sealed. */
export interface SecretKeys {
  current: Buffer;
  /** Sealed before: what is still sealed under them is to be sealed anew. */
  old?: readonly Buffer[];
  /** Will be the current one: somebody who was told earlier may seal with it already. */
  next?: Buffer | undefined;
}

/** Seals short secrets for storage. */
export interface SecretBox {
  /** The id of the key that seals. */
  readonly keyId: string;
  /** Ids of the keys whose values are to be sealed anew. */
  readonly oldKeyIds: readonly string[];
  /** Ids of all keys that open. */
  readonly keyIds: readonly string[];
  seal(plain: string, place: SecretPlace): string;
  /** @throws SecretBoxError when its key is not here, when it was sealed for another place, or was tampered with */
  open(sealed: string, place: SecretPlace): string;
}

/** A sealed value cannot be opened. The message is for people: it says why, and what to do if anything can be done. */
export class SecretBoxError extends Error {
  override readonly name = 'SecretBoxError';
}

const KEY_BYTES = 32;
const IV_BYTES = 12;
const TAG_BYTES = 16;

/**
 * AES-256-GCM with a random 96-bit IV and the full tag; the AAD is `table|row|column|key id`. Sealed form:
 * `v1.<key id>.<base64url of iv, tag, text>`.
 */
export function createSecretBox({ current, old = [], next }: SecretKeys): SecretBox {
  const all = [current, ...(next ? [next] : []), ...old];
  if (all.some((key) => key.length !== KEY_BYTES))
    throw new TypeError(`A secret box needs keys of ${KEY_BYTES} bytes.`);
  const keys = new Map(all.map((key) => [keyIdOf(key), key]));
  const keyId = keyIdOf(current);
  const keptIds = [keyId, ...(next ? [keyIdOf(next)] : [])];
  const oldKeyIds = [...keys.keys()].filter((id) => !keptIds.includes(id));
  return {
    keyId,
    oldKeyIds,
    keyIds: [...keys.keys()],
    seal(plain, place) {
      const iv = randomBytes(IV_BYTES);
      const cipher = createCipheriv('aes-256-gcm', current, iv, { authTagLength: TAG_BYTES });
      cipher.setAAD(aadOf(place, keyId));
      const text = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]);
      return `v1.${keyId}.${Buffer.concat([iv, cipher.getAuthTag(), text]).toString('base64url')}`;
    },
    open(sealed, place) {
      const [version, id, body] = sealed.split('.');
      if (version !== 'v1' || !id || !body) throw new SecretBoxError('This is no sealed secret.');
      const key = keys.get(id);
      if (!key) throw new SecretBoxError(keyIsAway(id, place));
      return opened(Buffer.from(body, 'base64url'), key, aadOf(place, id));
    },
  };
}

function opened(bytes: Buffer, key: Buffer, aad: Buffer): string {
  if (bytes.length < IV_BYTES + TAG_BYTES) throw new SecretBoxError('This sealed secret is cut short.');
  // Without authTagLength Node would accept a tag of 4 bytes.
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, IV_BYTES), { authTagLength: TAG_BYTES });
  decipher.setAAD(aad);
  decipher.setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
  try {
    return decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES), undefined, 'utf8') + decipher.final('utf8');
  } catch (error) {
    throw new SecretBoxError('This secret was sealed with another key, for another place, or was changed.', {
      cause: error,
    });
  }
}

const keyIsAway = (id: string, { row }: SecretPlace): string =>
  `The secret ${JSON.stringify(row.slice(0, 200))} was sealed with the key ${id.slice(0, 32)}, which is not here: add that key to JOBFLOW_ENCRYPTION_OLD_KEYS, or set the secret anew; a channel has to be made anew.`;

const aadOf = ({ table, row, column }: SecretPlace, keyId: string): Buffer =>
  Buffer.from(`${table}|${row}|${column}|${keyId}`);

/** Names a key without telling anything of it, so that what one service sealed another knows it can open. */
export const keyIdOf = (key: Buffer): string =>
  createHash('sha256').update('key id').update(key).digest('hex').slice(0, 8);
