import { writeSync } from 'node:fs';
import { Session } from 'node:inspector';
import { outcomeSubject, RUNS_STREAM, type RunEvent } from '@jobflow/contracts';
import { settle } from '@jobflow/domain';
import { connectNats, createEventLog, deliveryInfo, type NatsLink } from '@jobflow/platform';
import { pino } from 'pino';
import { type QueuedRun, readQueuedRun } from '../intake/queued-run.js';
import { BLOCKED_EXIT_CODE } from './heartbeat-messages.js';
import type { StartedSlot } from './held-table.js';

/** Recording must not take longer than this; then the process ends without. */
const RECORD_MS = 10_000;
const KILL_MS = 1_000;

export interface BlockedWorker {
  url: string;
  workerId: string;
  beatSubject: string;
  beat: string | undefined;
  started: readonly StartedSlot[];
  now(): number;
}

/**
 * Ends a worker whose loop is blocked past the hard limit of what runs in it: that run is recorded as timed out, which
 * costs it an attempt and no loss; whatever else ran goes back to its queue, which costs it nothing, or ends as lost if
 * it may run at most once.
 */
export async function endBlockedWorker(worker: BlockedWorker): Promise<void> {
  const late = new Promise<string>((resolve) => setTimeout(resolve, RECORD_MS, 'it could not be recorded in time'));
  const trouble = await Promise.race([record(worker).catch(String), late]);
  say(worker, trouble);
  endProcess();
}

async function record({ url, workerId, beatSubject, beat, started, now }: BlockedWorker): Promise<undefined> {
  const logger = pino({ level: 'silent' });
  const link = await connectNats(url, { name: `${workerId}-ending`, logger });
  const log = createEventLog(link, { actor: 'system:worker', logger });
  await Promise.all(
    started.map(async (slot) => {
      const queued = await readBack(link, slot);
      if (!queued) return;
      await log.record(outcomeSubject(queued.run.queue), [endOf(queued, slot, workerId, now())]);
      link.nc.publish(slot.reply, '+ACK');
    }),
  );
  if (beat !== undefined) link.nc.publish(beatSubject, JSON.stringify({ ...JSON.parse(beat), status: 'OFFLINE' }));
  await link.nc.flush();
}

/** The message that a slot holds, from the log. */
async function readBack(link: NatsLink, { reply }: StartedSlot): Promise<QueuedRun | undefined> {
  const info = deliveryInfo(reply);
  const message = info && (await link.jsm.streams.getMessage(RUNS_STREAM, { seq: info.seq }));
  const read = message ? readQueuedRun(message.data) : undefined;
  return read?.ok ? read.queued : undefined;
}

function endOf({ run, attempt, delivery }: QueuedRun, slot: StartedSlot, workerId: string, now: number): RunEvent {
  const { claim, startedAt, hardAt } = slot;
  const ref = { runId: run.id, attempt, delivery, claim, workerId, startedAt };
  if (hardAt === 0 || hardAt > now)
    return settle({ kind: 'returned', reason: 'drained', notBefore: now, begun: true }, ref, run, now, Math.random);
  const seconds = Math.round((hardAt - startedAt) / 100) / 10;
  const message = `Stopped at its hard time limit of ${seconds} s: it blocked its worker's loop, so the worker was ended and started again`;
  return settle({ kind: 'timed-out', error: { code: 'TIMEOUT', message } }, ref, run, now, Math.random);
}

/** The main thread's streams do not flow any more, so this is written by hand, as pino would. */
function say({ workerId, started, now }: BlockedWorker, trouble: string | undefined): void {
  const msg = `the loop of this worker is blocked by a handler past its hard limit; ending the process with code ${BLOCKED_EXIT_CODE}`;
  const entry = { level: 60, time: now(), worker: workerId, runs: started.length, ...(trouble && { trouble }), msg };
  writeSync(2, `${JSON.stringify(entry)}\n`);
}

/** A thread cannot exit its process; the inspector interrupts even a loop that never ends. SIGKILL is the last resort. */
function endProcess(): void {
  setTimeout(() => process.kill(process.pid, 'SIGKILL'), KILL_MS);
  const session = new Session();
  session.connectToMainThread();
  session.post('Runtime.evaluate', { expression: `process.reallyExit(${BLOCKED_EXIT_CODE})` });
}
