/** Appends runs to the log as the gateway does, without a gateway: lots of 1,000 as atomic units, or one at a time. */
import {
  defaultRetryPolicy,
  defaultTimeoutPolicy,
  type Json,
  queuedMsgId,
  queuedSubject,
  type RunDefinition,
} from '@jobflow/contracts';
import {
  connectNats,
  createEventLog,
  createStateStore,
  type EventLog,
  ensureQueueLevel,
  ensureStreams,
  newId,
} from '@jobflow/platform';
import { pino } from 'pino';
import { answerCalls } from '../program/answer-calls.js';
import { inLots } from '../program/in-lots.js';
import { machineMicros } from '../program/machine-clock.js';
import { type OpenLoop, openLoop } from '../program/open-loop.js';

export interface JobflowProducerConfig {
  nats: string;
}

const QUEUE = 'default';
const PRIORITY = 5;
const LOT = 1_000;

answerCalls(async ({ nats }: JobflowProducerConfig) => {
  const logger = pino({ level: 'warn' });
  const link = await connectNats(nats, { name: 'bench-producer', logger });
  await ensureStreams(link);
  const log = createEventLog(link, { actor: 'system:bench', logger, silenceMs: 60_000, deadlineMs: 60_000 });
  const store = createStateStore(link, { kinds: ['job', 'queue'], logger });
  await store.start();
  await ensureQueueLevel(link, store, log, { queue: QUEUE, priority: PRIORITY }, { createQueue: true });
  return {
    /** Resolves with the sequence of the last of them. */
    async produce(count: number): Promise<number> {
      let last = 0;
      await inLots(count, LOT, async (first, size) => {
        const runs = Array.from({ length: size }, (_, n) => runOf('noop', { n: first + n }));
        last = Math.max(last, await append(log, runs));
      });
      return last;
    },
    /** Each run bears the moment at which it was enqueued. */
    steadily: (load: OpenLoop) => openLoop(load, () => append(log, [runOf('stamped', { at: machineMicros() })])),
    async close() {
      await store.stop();
      await log.stop();
      await link.stop();
    },
  };
});

function runOf(job: string, input: Json): RunDefinition {
  return {
    id: newId(),
    job,
    jobRevision: 1,
    kind: 'HANDLER',
    queue: QUEUE,
    priority: PRIORITY,
    input,
    retry: defaultRetryPolicy,
    timeout: defaultTimeoutPolicy,
    createdAt: Date.now(),
  };
}

async function append(log: EventLog, runs: RunDefinition[]): Promise<number> {
  const messages = runs.map((run) => ({
    subject: queuedSubject(run.queue, run.priority),
    events: [{ type: 'RunQueued' as const, run, attempt: 1, delivery: 0 }],
  }));
  const appended = await log.append({ messages, msgId: queuedMsgId(runs[0]?.id ?? '', 0) });
  if (!appended.ok) throw new Error(`the log is ${appended.reason}`);
  return appended.seq;
}
