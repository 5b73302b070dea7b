import { createSecretKey } from 'node:crypto';
import { testClock } from '@jobflow/platform';
import { SignJWT, UnsecuredJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { accessTokenMs, createAccessTokens } from './access-token.js';

const key = Buffer.alloc(32, 7);
const user = '7d6f2f0c-5b06-4ad7-9c29-1a2f2fbb2b11';

describe('an access token', () => {
  it('says whose it is, for a quarter of an hour', async () => {
    const clock = testClock();
    const tokens = createAccessTokens(key, clock);
    const { token, expiresAt } = await tokens.issue(user, 'session');
    expect(expiresAt - clock.now()).toBe(accessTokenMs);
    expect(await tokens.read(token)).toEqual({ userId: user, sessionId: 'session', expiresAt });
    await clock.advance(accessTokenMs - 1);
    expect(await tokens.read(token)).toBeDefined();
    await clock.advance(1);
    expect(await tokens.read(token)).toBeUndefined();
    expect(await createAccessTokens(key, clock).read(token)).toBeUndefined();
  });

  it('is refused when it was signed by another key, cut, or changed', async () => {
    const tokens = createAccessTokens(key, testClock());
    const { token } = await createAccessTokens(Buffer.alloc(32, 8), testClock()).issue(user, 's');
    expect(await tokens.read(token)).toBeUndefined();
    const own = (await tokens.issue(user, 's')).token;
    expect(await tokens.read(own.slice(0, -2))).toBeUndefined();
    expect(await tokens.read('')).toBeUndefined();
    expect(await tokens.read('a.b.c')).toBeUndefined();
  });

  it('must be of our type, algorithm, issuer, audience and length, and carry every claim', async () => {
    const clock = testClock();
    const tokens = createAccessTokens(key, clock);
    const good = (await tokens.issue(user, 's')).token;
    const [head = '', body = ''] = good.split('.').map((part) => Buffer.from(part, 'base64url').toString());
    const header = JSON.parse(head) as { alg: string; typ: string; kid: string };
    const claims = JSON.parse(body) as Record<string, unknown>;
    const sign = (h: object, c: object) =>
      new SignJWT(c as never).setProtectedHeader({ ...header, ...h } as never).sign(createSecretKey(key));
    expect(await tokens.read(await sign({}, claims))).toBeDefined();
    for (const h of [{ typ: 'JWT' }, { kid: 'other' }])
      expect(await tokens.read(await sign(h, claims))).toBeUndefined();
    const wrong = [
      { iss: 'other' },
      { aud: 'other' },
      { sub: undefined },
      { sid: undefined },
      { jti: undefined },
      { exp: undefined },
      { exp: (claims.exp as number) + 1 },
    ];
    for (const c of wrong) expect(await tokens.read(await sign({}, { ...claims, ...c }))).toBeUndefined();
    const longKey = createSecretKey(Buffer.alloc(64, 7));
    const hs512 = await new SignJWT(claims as never).setProtectedHeader({ ...header, alg: 'HS512' }).sign(longKey);
    expect(await tokens.read(hs512)).toBeUndefined();
    expect(await tokens.read(new UnsecuredJWT(claims as never).encode())).toBeUndefined();
  });

  it('cannot be made with a short key', () => {
    expect(() => createAccessTokens(Buffer.alloc(31), testClock())).toThrow('32 bytes');
  });
});
