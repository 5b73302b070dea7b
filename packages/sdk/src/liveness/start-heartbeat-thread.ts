import { Worker } from 'node:worker_threads';
import { live } from '@jobflow/contracts';
import type { Stoppable } from '@jobflow/platform';
import type { Logger } from 'pino';
import type { ThreadMessage, ThreadTask } from './heartbeat-messages.js';
import type { HeldTable } from './held-table.js';

const TURN_MS = 500;
const STOP_MS = 1_000;
/** It holds a beat and the table; when it needs the client, it is about to end the process. */
const MEMORY = { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 4, stackSizeMb: 1 };

export interface HeartbeatThread extends Stoppable {
  /** What the worker tells of itself: told on in its place when its loop is blocked. */
  beat(data: string): void;
}

/** Starts the thread that speaks for this worker while its loop is blocked. Without it the worker works all the same. */
export function startHeartbeatThread(
  { url, workerId, table }: { url: string; workerId: string; table: HeldTable },
  logger: Logger,
): HeartbeatThread {
  const task: ThreadTask = { url, workerId, beatSubject: live.worker, buffer: table.buffer };
  const thread = new Worker(new URL('./heartbeat-thread.js', import.meta.url), {
    workerData: task,
    resourceLimits: MEMORY,
    execArgv: [],
    env: {},
    name: 'jobflow-heartbeat',
  });
  let over = false;
  thread.unref();
  thread.on('error', (error) =>
    logger.error({ err: error }, 'the heartbeat thread failed; a blocked loop will be noticed'),
  );
  const gone = new Promise<void>((resolve) =>
    thread.once('exit', () => {
      over = true;
      resolve();
    }),
  );
  table.turn(Date.now());
  const turning = setInterval(() => table.turn(Date.now()), TURN_MS);
  const tell = (message: ThreadMessage) => {
    if (!over) thread.postMessage(message);
  };
  return {
    beat: (data) => tell({ type: 'beat', data }),
    async stop() {
      clearInterval(turning);
      // Otherwise it would take the silence for a blocked loop.
      table.turn(Number.MAX_SAFE_INTEGER);
      tell({ type: 'stop' });
      const timer = setTimeout(() => void thread.terminate(), STOP_MS);
      await gone;
      clearTimeout(timer);
    },
  };
}
