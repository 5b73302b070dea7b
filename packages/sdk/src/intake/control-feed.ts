import { branchToken, levelsOf, live, parseCommit, queueConsumer, RUNS_STREAM, runFilters } from '@jobflow/contracts';
import { createOrderedReader, type NatsLink, type ReadMessage, type Service, type StateStore } from '@jobflow/platform';
import type { Logger } from 'pino';
import { z } from 'zod';

export interface ControlFeedOptions {
  link: NatsLink;
  store: Pick<StateStore, 'queues'>;
  logger: Logger;
  /** `seq` is where the cancellation is in the log. */
  onCancel: (runId: string, seq: number) => void;
  /** Its message may be void. */
  onReschedule: (runId: string, seq: number) => void;
}

export interface ControlFeed extends Service {
  /** All that was said before is known, as far as can be: false from a reconnect until it has caught up. */
  current(): boolean;
}

/**
 * So long ago at most the server gave a sign of life. A scheduler that queues a rescheduled run anew relies on it: whoever
 * starts a message unasked has heard of every reschedule that is older than twice this.
 */
const HEARD_MS = 2_500;
/** Consumers, at the start. */
const ASKED_AT_ONCE = 20;
const Hint = z.object({ runId: z.string(), seq: z.number().optional() });
const decoder = new TextDecoder();

/**
 * Hears of cancellations, by hint at once and by the log for certain, and of reschedules, by the log. `start` resolves
 * when everything is known that the log says about runs that may still be delivered: it reads from the lowest message that
 * no consumer has finished.
 */
export function createControlFeed({ link, store, logger, onCancel, onReschedule }: ControlFeedOptions): ControlFeed {
  let reader: ReturnType<typeof createOrderedReader> | undefined;
  let lastSeq = 0;
  let isCaughtUp = false;
  const offLost = link.onDisconnected(() => {
    isCaughtUp = false;
  });
  const caughtUp = Promise.withResolvers<void>();
  const hints = link.nc.subscribe(live.cancel, {
    callback: (error, message) => {
      if (error) return;
      const hint = Hint.safeParse(parse(message.data));
      if (hint.success) onCancel(hint.data.runId, hint.data.seq ?? lastSeq);
    },
  });

  const onBatch = async (messages: ReadMessage[]) => {
    for (const { seq, data } of messages) {
      lastSeq = seq;
      // Most of what is here plans runs, which is not worth parsing.
      const text = Buffer.from(data.buffer, data.byteOffset, data.length);
      if (!text.includes('CancelRequested"') && !text.includes('"RunRescheduled"')) continue;
      const parsed = parseCommit('run', data);
      if (!parsed.ok) continue;
      for (const event of parsed.commit.events) {
        if (event.type === 'RunCancelRequested') onCancel(event.runId, seq);
        else if (event.type === 'RunRescheduled') onReschedule(event.runId, seq);
        else if (event.type === 'FlowCancelRequested') for (const runId of event.runIds) onCancel(runId, seq);
      }
    }
  };

  return {
    current: () => isCaughtUp && reader !== undefined && Date.now() - reader.heardAt() <= HEARD_MS,
    async start() {
      const fromSeq = await lowestUnfinished(link, store);
      lastSeq = fromSeq - 1;
      reader = createOrderedReader(link, {
        stream: RUNS_STREAM,
        filterSubject: runFilters.control,
        fromSeq,
        onBatch,
        onCaughtUp() {
          isCaughtUp = true;
          caughtUp.resolve();
        },
        onRecreated() {
          isCaughtUp = false;
          return undefined;
        },
        logger,
      });
      await reader.start();
      await caughtUp.promise;
    },
    async stop() {
      caughtUp.resolve();
      offLost();
      hints.unsubscribe();
      await reader?.stop();
    },
  };
}

/** The first sequence that may still be delivered by any queue consumer; else the next one of the log. */
async function lowestUnfinished(link: NatsLink, store: Pick<StateStore, 'queues'>): Promise<number> {
  const { state } = await link.jsm.streams.info(RUNS_STREAM);
  let lowest = state.last_seq + 1;
  const names = [...store.queues.values()].flatMap(({ state: queue }) =>
    levelsOf(queue).map(
      ({ priority, branch }) => queueConsumer(queue.name, priority, branch && branchToken(branch)).name,
    ),
  );
  while (names.length > 0) {
    const lot = names.splice(0, ASKED_AT_ONCE);
    for (const info of await Promise.all(
      lot.map((name) => link.jsm.consumers.info(RUNS_STREAM, name).catch(() => undefined)),
    )) {
      if (info && info.num_pending + info.num_ack_pending > 0) lowest = Math.min(lowest, info.ack_floor.stream_seq + 1);
    }
  }
  return Math.max(lowest, 1);
}

function parse(data: Uint8Array): unknown {
  try {
    return JSON.parse(decoder.decode(data));
  } catch {
    return undefined;
  }
}
