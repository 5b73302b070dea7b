/** Handlers that run in a process of their own: loaded by the test, and once more by each of those processes. */
import { spawn } from 'node:child_process';
import { setTimeout as wait } from 'node:timers/promises';
import { defineHandler } from '@jobflow/sdk';
import { z } from 'zod';

const isolation = 'process' as const;

export const isolatedHandlers = [
  defineHandler(
    'iso.all',
    { isolation, input: z.object({ n: z.number().default(7) }) },
    async ({ input, logger, progress, tags, attempt, runId, job, traceparent, heartbeat }) => {
      logger.warn('at work', { n: input.n });
      console.log('printed');
      progress(40, 'nearly half');
      heartbeat();
      return { n: input.n, tags, attempt, runId, job, traceparent, pid: process.pid, parent: process.ppid };
    },
  ),
  defineHandler('iso.retry-at', { isolation }, ({ attempt, retryAt }) =>
    attempt === 1 ? retryAt(50, 'later') : 'done',
  ),
  defineHandler('iso.snooze', { isolation }, ({ runId, snooze }) => {
    void runId;
    return snooze(600_000, 'not today');
  }),
  defineHandler('iso.no-retry', { isolation }, ({ noRetry }) => noRetry('never', 'FINAL')),
  defineHandler('iso.throws', { isolation }, () => {
    throw Object.assign(new Error('from inside'), { code: 'INSIDE' });
  }),
  defineHandler('iso.throws-text', { isolation }, () => {
    throw 'just text';
  }),
  defineHandler('iso.cyclic', { isolation }, () => {
    const value: Record<string, unknown> = {};
    value.self = value;
    return value;
  }),
  defineHandler('iso.large', { isolation }, () => 'x'.repeat(300 * 1024)),
  defineHandler('iso.exits', { isolation }, () => process.exit(3)),
  defineHandler('iso.kills-itself', { isolation }, async () => {
    process.kill(process.pid, 'SIGKILL');
    await wait(10_000);
  }),
  defineHandler('iso.throws-later', { isolation }, async () => {
    setTimeout(() => {
      throw new Error('from a timer');
    }, 10);
    await wait(10_000);
  }),
  defineHandler('iso.heap', { limits: { memoryMb: 64 } }, () => {
    const kept: object[] = [];
    for (;;) kept.push({ n: Math.random() });
  }),
  defineHandler('iso.buffers', { limits: { memoryMb: 64 } }, () => {
    const kept: Buffer[] = [];
    for (;;) kept.push(Buffer.alloc(8 * 1024 * 1024, 1));
  }),
  defineHandler('iso.cpu', { limits: { cpuSeconds: 1 } }, () => {
    for (;;);
  }),
  defineHandler('iso.talks', { isolation }, async ({ logger }) => {
    for (let n = 0; n < 50_000; n++) {
      logger.info(`line ${n}`);
      if (n % 1000 === 0) await wait(1);
    }
  }),
  defineHandler('iso.heeds', { isolation }, async ({ signal, logger }) => {
    logger.info('begun');
    await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
  }),
  /** Blocks its process, and has started another in the same group. */
  defineHandler('iso.blocks', { isolation }, ({ input, logger }) => {
    spawn('/bin/sh', ['-c', `trap '' TERM; while true; do echo alive >> "${input.mark}"; sleep 0.05; done`], {
      stdio: 'ignore',
    });
    logger.info('begun');
    return new Promise(() =>
      setTimeout(() => {
        for (;;);
      }, 50),
    );
  }),
];
