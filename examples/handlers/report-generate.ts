import { setTimeout as wait } from 'node:timers/promises';
import { defineHandler } from '@jobflow/sdk';
import { z } from 'zod';

const CHAPTERS = ['orders', 'customers', 'stock', 'revenue'];

/** Takes 2 to 5 seconds and fails about three times in ten, so that there are retries to be seen. */
export default defineHandler(
  'report.generate',
  {
    title: 'Generate a report',
    description: 'Takes 2 to 5 seconds. Fails about three times in ten, at random, and is then tried again.',
    input: z.object({
      month: z
        .string()
        .regex(/^\d{4}-\d{2}$/)
        .default('2026-01')
        .meta({ title: 'Month', description: 'YYYY-MM' }),
    }),
    defaultInput: { month: '2026-01' },
    retry: { maxAttempts: 4, backoff: 'EXPONENTIAL', initialDelayMs: 1_000, maxDelayMs: 30_000, jitter: 'EQUAL' },
    timeout: { hardMs: 60_000 },
    tags: ['example', 'reports'],
  },
  async ({ input, attempt, logger, progress, signal }) => {
    const unlucky = Math.random() < 0.3 ? Math.floor(Math.random() * CHAPTERS.length) : -1;
    const rows: Record<string, number> = {};
    logger.info(`report for ${input.month}, attempt ${attempt}`);
    for (const [index, chapter] of CHAPTERS.entries()) {
      progress((index / CHAPTERS.length) * 100, chapter);
      await wait(500 + Math.random() * 750, undefined, { signal });
      if (index === unlucky) {
        throw Object.assign(new Error(`the ${chapter} database did not answer`), { code: 'SOURCE_UNAVAILABLE' });
      }
      rows[chapter] = Math.round(Math.random() * 1_000);
      logger.info(`${chapter}: ${rows[chapter]} rows`);
    }
    return { month: input.month, rows };
  },
);
