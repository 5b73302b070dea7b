import type { Duplex } from 'node:stream';
import { type KindContext, NoRetry } from '@jobflow/sdk';
import type { SecretAnswer } from './child-messages.js';

/** With so many questions open, the process is heard no further: it may be one that never reads its answers. */
const MOST_OPEN = 64;

/**
 * Answers a job's questions for secrets on its channel. The context remembers what it gave, and takes it out of all that
 * the attempt tells from then on.
 */
export function secretAnswers(ctx: KindContext, channel: Duplex): (name: string) => void {
  let open = 0;
  const answered = () => {
    open -= 1;
    if (open < MOST_OPEN) channel.resume();
  };
  return (name) => {
    open += 1;
    if (open >= MOST_OPEN) channel.pause();
    void answerTo(ctx, name).then((answer) => channel.write(`${JSON.stringify(answer)}\n`, answered));
  };
}

async function answerTo(ctx: KindContext, name: string): Promise<SecretAnswer> {
  try {
    return { name, value: await ctx.secret(name) };
  } catch (thrown) {
    const { message, code } = thrown as Error & { code?: string };
    return { name, error: { message, code, retryable: !(thrown instanceof NoRetry) } };
  }
}
