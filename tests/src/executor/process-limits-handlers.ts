/** Handlers of `process-limits.int.test.ts`: loaded by it, and by the process of each attempt. */
import { defineHandler } from '@jobflow/sdk';

const isolation = 'process' as const;

export const processLimitsHandlers = [
  /** Needs some 80 MB of heap, and no buffers. */
  defineHandler('limits.hungry', { isolation }, () => {
    const kept: number[][] = [];
    for (let n = 0; n < 100; n++) kept.push(new Array(1e5).fill(n + 0.5));
    return kept.length;
  }),
  defineHandler('limits.heeds', { isolation }, async ({ signal, logger }) => {
    logger.info('begun');
    if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
    const { name, message } = signal.reason as DOMException;
    logger.info(`${name}: ${message}`);
  }),
];
