/** One scheduler, which tells how it is. */
import { setTimeout as wait } from 'node:timers/promises';
import { connectNats } from '@jobflow/platform';
import { createDb } from '@jobflow/read-model';
import { createScheduler, type Scheduler } from '@jobflow/scheduler';
import { pino } from 'pino';
import { answerCalls } from '../program/answer-calls.js';

export interface JobflowSchedulerConfig {
  nats: string;
  database: string;
}

export interface SchedulerMemory {
  rssMb: number;
  /** After a collection, if the program was started with --expose-gc. */
  heapMb: number;
}

const LOOK_MS = 5;
const MB = 1024 * 1024;

answerCalls(async ({ nats, database }: JobflowSchedulerConfig) => {
  const logger = pino({ level: 'warn' });
  const link = await connectNats(nats, { name: 'scheduler', logger });
  const db = await createDb(database, { name: 'scheduler', max: 4 });
  let scheduler: Scheduler | undefined;
  const memory = (): SchedulerMemory => {
    const { rss } = process.memoryUsage();
    global.gc?.();
    return { rssMb: rss / MB, heapMb: process.memoryUsage().heapUsed / MB };
  };
  return {
    /** Starts it; once it knows of so many schedules when they fire next, how long that took, in milliseconds. */
    async load(count: number) {
      const before = memory();
      const started = performance.now();
      scheduler = await createScheduler({ link, db, logger, instanceId: 'bench' });
      await scheduler.start();
      while (scheduler.schedules().waiting < count || !scheduler.schedules().settled) await wait(LOOK_MS);
      return { tookMs: performance.now() - started, before, after: memory() };
    },
    memory,
    async close() {
      await scheduler?.stop();
      await db.stop();
      await link.stop();
    },
  };
});
