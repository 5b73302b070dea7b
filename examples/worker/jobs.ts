import { defineHandler } from '@jobflow/sdk/define';
import { z } from 'zod';

/** Adds up an order. Its job appears on the dashboard, with a form made from the schema, once a worker runs it. */
export const priceOrder = defineHandler(
  'order.price',
  {
    title: 'Price an order',
    // A queue of its own: the executor of `npm start` has no handler for it.
    queue: 'orders',
    input: z.object({
      items: z.array(z.object({ sku: z.string(), cents: z.int().positive(), count: z.int().positive().default(1) })),
    }),
    defaultInput: { items: [{ sku: 'tea', cents: 450 }] },
    retry: { maxAttempts: 5 },
    timeout: { softMs: 5_000, hardMs: 10_000 },
  },
  ({ input, logger, noRetry }) => {
    if (input.items.length === 0) return noRetry('An order without items has no price', 'EMPTY_ORDER');
    const cents = input.items.reduce((sum, { cents, count }) => sum + cents * count, 0);
    logger.info(`${input.items.length} items`, { cents });
    return { cents };
  },
);
