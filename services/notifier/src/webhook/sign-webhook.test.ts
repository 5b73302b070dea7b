import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { signedHeaders } from './sign-webhook.js';

interface Vector {
  name: string;
  secret: string;
  webhook_id: string;
  webhook_timestamp: string;
  body: string;
  webhook_signature: string;
}
const vectors = JSON.parse(
  readFileSync(new URL('../../../../contracts/fixtures/webhook-vectors.json', import.meta.url), 'utf8'),
) as { symmetric: Vector[]; negative_for_C: string[] };

describe('webhook signatures', () => {
  it.each(vectors.symmetric)('match the published vector $name byte for byte', (v) => {
    const headers = signedHeaders(v.secret, v.webhook_id, Number(v.webhook_timestamp), v.body);
    expect(headers['webhook-signature']).toBe(v.webhook_signature);
    expect(vectors.negative_for_C).not.toContain(headers['webhook-signature']);
  });

  it('are accepted by the public library, for any body', () => {
    fc.assert(
      fc.property(fc.json(), fc.uint8Array({ minLength: 24, maxLength: 64 }), (body, key) => {
        const secret = `whsec_${Buffer.from(key).toString('base64')}`;
        const headers = signedHeaders(secret, 'msg_1', Math.floor(Date.now() / 1000), body);
        expect(new Webhook(secret).verify(body, headers)).toEqual(JSON.parse(body));
      }),
    );
  });
});
