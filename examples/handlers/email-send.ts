import { setTimeout as wait } from 'node:timers/promises';
import { defineHandler } from '@jobflow/sdk';
import { z } from 'zod';

/** Always succeeds, after about a second. A real one would hand the message to a mail server here. */
export default defineHandler(
  'email.send',
  {
    title: 'Send an email',
    description: 'Pretends to send an email: takes about a second and always succeeds.',
    input: z.object({
      to: z.email().meta({ title: 'To' }),
      subject: z.string().max(200).default('Hello').meta({ title: 'Subject' }),
      body: z.string().max(10_000).default('').meta({ title: 'Body' }),
    }),
    defaultInput: { to: 'ada@example.com', subject: 'Hello', body: 'It works.' },
    timeout: { softMs: 10_000, hardMs: 15_000 },
    tags: ['example', 'email'],
  },
  async ({ input, logger, progress, signal }) => {
    for (const [percent, step] of [
      [10, 'connecting to the mail server'],
      [40, 'sending the message'],
      [80, 'waiting for the server to accept it'],
    ] as const) {
      progress(percent, step);
      logger.info(step, { to: input.to });
      // Waiting with the signal ends the run at once when it is cancelled.
      await wait(300 + Math.random() * 80, undefined, { signal });
    }
    logger.info('accepted');
    return { to: input.to, subject: input.subject, acceptedAt: new Date().toISOString() };
  },
);
