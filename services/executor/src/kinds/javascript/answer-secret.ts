import { type KindContext, NoRetry } from '@jobflow/sdk';
import type { SecretAnswer } from './child-messages.js';

/**
 * Answers a job's question for a secret; never rejects. The context remembers what it gave, and takes it out of all that
 * the attempt tells from then on.
 */
export async function answerSecret(ctx: KindContext, name: string): Promise<SecretAnswer> {
  try {
    return { name, value: await ctx.secret(name) };
  } catch (thrown) {
    const { message, code } = thrown as Error & { code?: string };
    return { name, error: { message, code, retryable: !(thrown instanceof NoRetry) } };
  }
}
