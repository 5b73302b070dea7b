import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSecretBox, keyIdOf, SecretBoxError } from './secret-box.js';

const key = Buffer.alloc(32, 1);
const other = Buffer.alloc(32, 2);
const third = Buffer.alloc(32, 3);
const box = createSecretBox({ current: key });
const place = { table: 'gateway.secrets', row: 'channel:1', column: 'sealed' };

describe('a secret box', () => {
  it('opens what it sealed, and never seals the same twice alike', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (plain) => {
        const sealed = box.seal(plain, place);
        expect(box.open(sealed, place)).toBe(plain);
        expect(box.seal(plain, place)).not.toBe(sealed);
      }),
    );
  });

  it('opens what was sealed in the past', () => {
    expect(box.open('v1.02d25eca.5uGvvZks6AcGTYDySUNX2zAppAkRPKDwzf_vFiatyQE9xK8', place)).toBe('whsec_x');
  });

  it('does not open it for another place, with another key, or after any change', () => {
    const sealed = box.seal('whsec_x', place);
    for (const elsewhere of [{ table: 'x' }, { row: 'channel:2' }, { column: 'x' }]) {
      expect(() => box.open(sealed, { ...place, ...elsewhere })).toThrow(SecretBoxError);
    }
    const [version, id, body] = sealed.split('.') as [string, string, string];
    const bytes = Buffer.from(body, 'base64url');
    for (let i = 0; i < bytes.length; i++) {
      const changed = Buffer.from(bytes);
      changed[i] = (changed[i] as number) ^ 1;
      expect(() => box.open(`${version}.${id}.${changed.toString('base64url')}`, place)).toThrow(SecretBoxError);
    }
    const both = createSecretBox({ current: key, old: [other] });
    expect(() => both.open(`${version}.${keyIdOf(other)}.${body}`, place)).toThrow(SecretBoxError);
  });

  it('does not open it with a shortened tag', () => {
    const [version, id, body] = box.seal('', place).split('.') as [string, string, string];
    const short = Buffer.from(body, 'base64url')
      .subarray(0, 12 + 4)
      .toString('base64url');
    expect(() => box.open(`${version}.${id}.${short}`, place)).toThrow(SecretBoxError);
    for (const nonsense of ['', 'x', `v1.${id}.`, `v2.${id}.abc`, `v1.${id}.abc`, 'v1..abc']) {
      expect(() => box.open(nonsense, place)).toThrow(SecretBoxError);
    }
  });

  it('is not made from a weak key', () => {
    expect(() => createSecretBox({ current: Buffer.alloc(16) })).toThrow(TypeError);
    expect(() => createSecretBox({ current: key, old: [Buffer.alloc(16)] })).toThrow(TypeError);
    expect(() => createSecretBox({ current: key, next: Buffer.alloc(33) })).toThrow(TypeError);
  });
});

describe('a secret box with several keys', () => {
  const turned = createSecretBox({ current: other, old: [key, randomBytes(32)], next: third });

  it('seals with the current one, and opens what any of them sealed', () => {
    for (const from of [{ current: key }, { current: other }, { current: third }]) {
      expect(turned.open(createSecretBox(from).seal('whsec_x', place), place)).toBe('whsec_x');
    }
    expect(createSecretBox({ current: other }).open(turned.seal('whsec_x', place), place)).toBe('whsec_x');
  });

  it('tells apart which are old: not one that is current or next as well', () => {
    const doubled = createSecretBox({ current: other, next: third, old: [other, third, key, key] });
    expect(doubled.keyId).toBe(keyIdOf(other));
    expect(doubled.oldKeyIds).toEqual([keyIdOf(key)]);
    expect([...doubled.keyIds].sort()).toEqual([key, other, third].map(keyIdOf).sort());
  });

  it('says which key is missing, and what to do', () => {
    const sealed = createSecretBox({ current: key }).seal('whsec_x', place);
    expect(() => createSecretBox({ current: other }).open(sealed, place)).toThrow(
      `The secret "channel:1" was sealed with the key ${keyIdOf(key)}, which is not here: add that key to JOBFLOW_ENCRYPTION_OLD_KEYS, or set the secret anew; a channel has to be made anew.`,
    );
  });
});
