import { generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSealedReader, sealFor } from './sealed-message.js';
import { SecretBoxError } from './secret-box.js';

describe('a sealed message', () => {
  it('is read by whom it was sealed for, and never looks the same twice', () => {
    const reader = createSealedReader();
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (plain) => {
        const message = sealFor(reader.publicKey, plain, 'api-token');
        expect(reader.open(message, 'api-token')).toBe(plain);
        expect(sealFor(reader.publicKey, plain, 'api-token')).not.toEqual(message);
        if (plain.length > 8) expect(JSON.stringify(message)).not.toContain(plain);
      }),
      { numRuns: 30 },
    );
  });

  it('is not read by anybody else, nor as an answer to another question, nor after any change', () => {
    const reader = createSealedReader();
    const message = sealFor(reader.publicKey, 's3cret', 'api-token');
    expect(() => createSealedReader().open(message, 'api-token')).toThrow(SecretBoxError);
    expect(() => reader.open(message, 'other')).toThrow(SecretBoxError);
    const bytes = Buffer.from(message.sealed, 'base64url');
    for (let i = 0; i < bytes.length; i++) {
      const changed = Buffer.from(bytes);
      changed[i] = (changed[i] as number) ^ 1;
      expect(() => reader.open({ ...message, sealed: changed.toString('base64url') }, 'api-token')).toThrow(
        SecretBoxError,
      );
    }
    const short = bytes.subarray(0, 16).toString('base64url');
    expect(() => reader.open({ ...message, sealed: short }, 'api-token')).toThrow(SecretBoxError);
  });

  it('is not sealed for what is no X25519 key', () => {
    const { publicKey } = generateKeyPairSync('ed25519');
    const other = publicKey.export({ format: 'der', type: 'spki' }).toString('base64url');
    for (const key of ['', 'nonsense', other]) expect(() => sealFor(key, 'x', 'y')).toThrow(SecretBoxError);
  });
});
