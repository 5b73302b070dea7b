import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';

/** Seals short secrets for storage. What is sealed in one place (its AAD) cannot be opened as if from another. */
export interface SecretBox {
  /** The id of the key that seals. */
  keyId: string;
  seal(plain: string, aad: string): string;
  /** @throws SecretBoxError when it was sealed with another key or for another place, or was tampered with */
  open(sealed: string, aad: string): string;
}

export class SecretBoxError extends Error {
  override readonly name = 'SecretBoxError';
}

const IV_BYTES = 12;
const TAG_BYTES = 16;

/** AES-256-GCM with a random 96-bit IV and the full tag. Sealed form: `v1.<key id>.<base64url of iv, tag, text>`. */
export function createSecretBox(key: Buffer, keyId: string): SecretBox {
  if (key.length !== 32) throw new TypeError('A secret box needs a key of 32 bytes.');
  if (!/^[A-Za-z0-9_-]{1,32}$/.test(keyId)) throw new TypeError('A key id is 1 to 32 letters, digits, _ or -.');
  return {
    keyId,
    seal(plain, aad) {
      const iv = randomBytes(IV_BYTES);
      const cipher = createCipheriv('aes-256-gcm', key, iv, { authTagLength: TAG_BYTES });
      cipher.setAAD(Buffer.from(aad));
      const text = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]);
      return `v1.${keyId}.${Buffer.concat([iv, cipher.getAuthTag(), text]).toString('base64url')}`;
    },
    open(sealed, aad) {
      const [version, id, body] = sealed.split('.');
      if (version !== 'v1' || !body) throw new SecretBoxError('This is no sealed secret.');
      if (id !== keyId)
        throw new SecretBoxError(`This secret was sealed with the key ${id}; the key here is ${keyId}.`);
      const bytes = Buffer.from(body, 'base64url');
      if (bytes.length < IV_BYTES + TAG_BYTES) throw new SecretBoxError('This sealed secret is cut short.');
      // Without authTagLength Node would accept a tag of 4 bytes.
      const iv = bytes.subarray(0, IV_BYTES);
      const decipher = createDecipheriv('aes-256-gcm', key, iv, { authTagLength: TAG_BYTES });
      decipher.setAAD(Buffer.from(aad));
      decipher.setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
      try {
        return decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES), undefined, 'utf8') + decipher.final('utf8');
      } catch (error) {
        throw new SecretBoxError('This secret was sealed with another key, for another place, or was changed.', {
          cause: error,
        });
      }
    },
  };
}

/** The AAD of a sealed value: table, row, column and key id. */
export const secretAad = (table: string, row: string, column: string, keyId: string): string =>
  `${table}|${row}|${column}|${keyId}`;

/** Names a key without telling anything of it, so that what one service sealed another knows it can open. */
export const keyIdOf = (key: Buffer): string =>
  createHash('sha256').update('key id').update(key).digest('hex').slice(0, 8);
