import {
  createCipheriv,
  createDecipheriv,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  hkdfSync,
  type KeyObject,
  randomBytes,
} from 'node:crypto';
import { SecretBoxError } from './secret-box.js';

const IV_BYTES = 12;
const TAG_BYTES = 16;

/** What one side tells the other: its public key, and the text only that other can read. */
export interface SealedMessage {
  /** base64url of the sender's one-off public key, SPKI. */
  publicKey: string;
  /** base64url of iv, tag and text. */
  sealed: string;
}

/** The reading side of one exchange: a key pair that is used once. */
export interface SealedReader {
  /** base64url of the public key, SPKI: what to seal for. */
  publicKey: string;
  /** @throws SecretBoxError if it was sealed for somebody else, about something else, or was changed */
  open(message: SealedMessage, about: string): string;
}

/** A key pair for one question, so that an answer to an earlier one cannot be passed off as the answer to this. */
export function createSealedReader(): SealedReader {
  const own = generateKeyPairSync('x25519');
  const publicKey = exported(own.publicKey);
  return {
    publicKey,
    open(message, about) {
      const bytes = Buffer.from(message.sealed, 'base64url');
      if (bytes.length < IV_BYTES + TAG_BYTES) throw new SecretBoxError('This sealed message is cut short.');
      try {
        const key = sharedKey(own.privateKey, imported(message.publicKey), message.publicKey, publicKey);
        const iv = bytes.subarray(0, IV_BYTES);
        const decipher = createDecipheriv('aes-256-gcm', key, iv, { authTagLength: TAG_BYTES });
        decipher.setAAD(Buffer.from(about));
        decipher.setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
        return decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES), undefined, 'utf8') + decipher.final('utf8');
      } catch (cause) {
        throw new SecretBoxError('This message was sealed for somebody else, or was changed.', { cause });
      }
    },
  };
}

/**
 * Seals a text for the holder of a public key: X25519 with a one-off key, HKDF-SHA256 (RFC 5869) over the shared secret
 * with both public keys as its salt, AES-256-GCM. @param about what it is the answer to; bound as AAD
 * @throws SecretBoxError if that is no X25519 key
 */
export function sealFor(readerKey: string, plain: string, about: string): SealedMessage {
  const reader = imported(readerKey);
  const own = generateKeyPairSync('x25519');
  const publicKey = exported(own.publicKey);
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv('aes-256-gcm', sharedKey(own.privateKey, reader, publicKey, readerKey), iv, {
    authTagLength: TAG_BYTES,
  });
  cipher.setAAD(Buffer.from(about));
  const text = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]);
  return { publicKey, sealed: Buffer.concat([iv, cipher.getAuthTag(), text]).toString('base64url') };
}

function sharedKey(own: KeyObject, other: KeyObject, senderKey: string, readerKey: string): Buffer {
  const shared = diffieHellman({ privateKey: own, publicKey: other });
  return Buffer.from(hkdfSync('sha256', shared, `${senderKey}|${readerKey}`, 'jobflow sealed message v1', 32));
}

const exported = (key: KeyObject): string => key.export({ format: 'der', type: 'spki' }).toString('base64url');

function imported(text: string): KeyObject {
  try {
    const key = createPublicKey({ key: Buffer.from(text, 'base64url'), format: 'der', type: 'spki' });
    if (key.asymmetricKeyType === 'x25519') return key;
  } catch (cause) {
    throw new SecretBoxError('This is no public key.', { cause });
  }
  throw new SecretBoxError('This is no X25519 key.');
}
