import { setTimeout as wait } from 'node:timers/promises';
import { defineHandler } from '@jobflow/sdk';
import { z } from 'zod';

/** Always succeeds, in about a second. Replace the waiting with your mail client. */
export default defineHandler(
  'email.send',
  {
    title: 'Send an email',
    description: 'Always succeeds, after about a second',
    input: z.object({ to: z.email(), subject: z.string().default('Hello') }),
    defaultInput: { to: 'ada@example.com', subject: 'Hello' },
    tags: ['example'],
  },
  async ({ input, logger, progress, signal }) => {
    logger.info(`connecting to the mail server for ${input.to}`);
    await wait(300, undefined, { signal });
    progress(40, 'sending');
    await wait(700, undefined, { signal });
    logger.info(`sent "${input.subject}"`);
    return { accepted: [input.to] };
  },
);
