import { setTimeout as wait } from 'node:timers/promises';
import { defineHandler } from '@jobflow/sdk';
import { z } from 'zod';

const PAGES = 5;

/** Takes two to five seconds, and fails three times in ten: shows retries and dead letters. */
export default defineHandler(
  'report.generate',
  {
    title: 'Generate a report',
    description: 'Takes 2 to 5 s and fails at random, three times in ten',
    input: z.object({ month: z.string().regex(/^\d{4}-\d{2}$/) }),
    defaultInput: { month: '2026-11' },
    retry: { maxAttempts: 3, initialDelayMs: 2_000 },
    tags: ['example'],
  },
  async ({ input, attempt, logger, progress, signal }) => {
    const total = 2_000 + Math.random() * 3_000;
    const failsAt = Math.random() < 0.3 ? 1 + Math.floor(Math.random() * PAGES) : undefined;
    logger.info(`report of ${input.month}, attempt ${attempt}`);
    for (let page = 1; page <= PAGES; page++) {
      await wait(total / PAGES, undefined, { signal });
      if (page === failsAt) throw new Error(`the source of page ${page} did not answer`);
      progress((page / PAGES) * 100, `page ${page} of ${PAGES}`);
      logger.info(`page ${page} is done`);
    }
    return { pages: PAGES, month: input.month };
  },
);
