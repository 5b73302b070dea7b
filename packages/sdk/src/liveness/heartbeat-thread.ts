/**
 * The heartbeat thread of a worker. While the worker's loop turns, it only watches. When a handler blocks that loop, it
 * tells in the worker's place that the worker lives, and keeps the messages of what runs, so that nothing is given to
 * another worker. When the loop is still blocked 5 s after the hard limit of a run, it records that run as timed out,
 * gives back the others, and ends the process, so that its supervisor starts it again.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { endOrKill } from './end-or-kill.js';
import type { ThreadMessage, ThreadTask } from './heartbeat-messages.js';
import { HeldTable } from './held-table.js';
import { NatsPublisher } from './nats-publisher.js';

const TICK_MS = 500;
/** The worker's loop stamps the table every half second. */
const BLOCKED_MS = 2_500;
const TELL_MS = 2_000;
const OVERDUE_MS = 5_000;

const { url, workerId, beatSubject, buffer } = workerData as ThreadTask;
const table = new HeldTable(buffer);
const publisher = new NatsPublisher(url, `${workerId}-heartbeat`);
let beat: string | undefined;
let toldAt = 0;
/** Counted in ticks of this thread: a machine that slept has not been blocked. */
let overdueMs = 0;
let ending = false;

parentPort?.on('message', (message: ThreadMessage) => {
  if (message.type === 'beat') beat = message.data;
  else stop();
});

const ticker = setInterval(() => {
  const now = Date.now();
  const turnedAt = table.lastTurn();
  if (ending || now - turnedAt < BLOCKED_MS) {
    overdueMs = 0;
    return;
  }
  const started = table.started();
  if (now - toldAt >= TELL_MS) {
    toldAt = now;
    if (beat !== undefined) publisher.publish(beatSubject, beat);
    for (const { reply } of started) publisher.publish(reply, '+WPI');
  }
  const overdue = started.some(({ hardAt }) => hardAt > 0 && hardAt < now && turnedAt < hardAt);
  overdueMs = overdue ? overdueMs + TICK_MS : 0;
  if (overdueMs < OVERDUE_MS) return;
  ending = true;
  // Loaded only now: it brings the whole client.
  void endOrKill(
    async () => {
      const { endBlockedWorker } = await import('./end-blocked-worker.js');
      await endBlockedWorker({ url, workerId, beatSubject, beat, started, now: () => Date.now() });
    },
    { workerId, now: Date.now },
  );
}, TICK_MS);

function stop(): void {
  clearInterval(ticker);
  publisher.stop();
  parentPort?.close();
}
