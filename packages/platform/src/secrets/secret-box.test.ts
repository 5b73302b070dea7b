import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSecretBox, SecretBoxError, secretAad } from './secret-box.js';

const key = Buffer.alloc(32, 1);
const box = createSecretBox(key, 'k1');
const aad = secretAad('gateway.secrets', 'channel:1', 'sealed', 'k1');

describe('a secret box', () => {
  it('opens what it sealed, and never seals the same twice alike', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (plain) => {
        const sealed = box.seal(plain, aad);
        expect(box.open(sealed, aad)).toBe(plain);
        expect(box.seal(plain, aad)).not.toBe(sealed);
      }),
    );
  });

  it('does not open it for another place, with another key, or after any change', () => {
    const sealed = box.seal('whsec_x', aad);
    expect(() => box.open(sealed, secretAad('gateway.secrets', 'channel:2', 'sealed', 'k1'))).toThrow(SecretBoxError);
    expect(() => createSecretBox(randomBytes(32), 'k1').open(sealed, aad)).toThrow(SecretBoxError);
    expect(() => createSecretBox(key, 'k2').open(sealed, aad)).toThrow(/sealed with the key k1/);
    const [version, id, body] = sealed.split('.') as [string, string, string];
    const bytes = Buffer.from(body, 'base64url');
    for (let i = 0; i < bytes.length; i++) {
      const changed = Buffer.from(bytes);
      changed[i] = (changed[i] as number) ^ 1;
      expect(() => box.open(`${version}.${id}.${changed.toString('base64url')}`, aad)).toThrow(SecretBoxError);
    }
  });

  it('does not open it with a shortened tag', () => {
    const [version, id, body] = box.seal('', aad).split('.') as [string, string, string];
    const short = Buffer.from(body, 'base64url')
      .subarray(0, 12 + 4)
      .toString('base64url');
    expect(() => box.open(`${version}.${id}.${short}`, aad)).toThrow(SecretBoxError);
    for (const nonsense of ['', 'x', 'v1.k1.', 'v2.k1.abc', 'v1.k1.abc']) {
      expect(() => box.open(nonsense, aad)).toThrow(SecretBoxError);
    }
  });

  it('is not made from a weak key', () => {
    expect(() => createSecretBox(Buffer.alloc(16), 'k')).toThrow(TypeError);
  });
});
