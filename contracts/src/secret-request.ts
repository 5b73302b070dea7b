import { z } from 'zod';
import { JobName } from './names.js';

/** Secret names; the rows of channels hold a colon, so nobody can ask for one of those. */
export const SecretName = JobName;

/** An X25519 public key as base64url of its SPKI form. */
const PublicKey = z.string().regex(/^[A-Za-z0-9_-]{40,120}$/);

/** A worker asks for one secret; any gateway answers. The key pair is made for this one question. */
export const SecretRequest = z.object({ name: SecretName, publicKey: PublicKey });
export type SecretRequest = z.infer<typeof SecretRequest>;

/** `sealed` opens only with the asker's private key, and only as the answer for that name. */
export const SecretReply = z.union([
  z.object({ ok: z.literal(true), publicKey: PublicKey, sealed: z.string().min(1) }),
  z.object({ ok: z.literal(false), reason: z.enum(['missing', 'bad-request', 'unavailable']) }),
]);
export type SecretReply = z.infer<typeof SecretReply>;
