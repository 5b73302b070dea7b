import { live, parseCommit, queueConsumer, RUNS_STREAM, runFilters } from '@jobflow/contracts';
import { createOrderedReader, type NatsLink, type ReadMessage, type Service, type StateStore } from '@jobflow/platform';
import type { Logger } from 'pino';
import { z } from 'zod';

export interface CancelFeedOptions {
  link: NatsLink;
  store: Pick<StateStore, 'queues'>;
  logger: Logger;
  /** `seq` is where the cancellation is in the log. */
  onCancel: (runId: string, seq: number) => void;
}

const Hint = z.object({ runId: z.string(), seq: z.number().optional() });
const decoder = new TextDecoder();

/**
 * Hears of cancellations: by hint at once, by the log for certain. `start` resolves when everything is known that the
 * log says about runs that may still be delivered: it reads from the lowest message that no consumer has finished.
 */
export function createCancelFeed({ link, store, logger, onCancel }: CancelFeedOptions): Service {
  let reader: ReturnType<typeof createOrderedReader> | undefined;
  let lastSeq = 0;
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
      // Most of what is here plans runs; only cancellations are worth parsing.
      if (!Buffer.from(data.buffer, data.byteOffset, data.length).includes('CancelRequested"')) continue;
      const parsed = parseCommit('run', data);
      if (!parsed.ok) continue;
      for (const event of parsed.commit.events) {
        if (event.type === 'RunCancelRequested') onCancel(event.runId, seq);
        else if (event.type === 'FlowCancelRequested') for (const runId of event.runIds) onCancel(runId, seq);
      }
    }
  };

  return {
    async start() {
      const fromSeq = await lowestUnfinished(link, store);
      lastSeq = fromSeq - 1;
      reader = createOrderedReader(link, {
        stream: RUNS_STREAM,
        filterSubject: runFilters.control,
        fromSeq,
        onBatch,
        onCaughtUp: caughtUp.resolve,
        logger,
      });
      await reader.start();
      await caughtUp.promise;
    },
    async stop() {
      caughtUp.resolve();
      hints.unsubscribe();
      await reader?.stop();
    },
  };
}

/** The first sequence that may still be delivered by any queue consumer; else the next one of the log. */
async function lowestUnfinished(link: NatsLink, store: Pick<StateStore, 'queues'>): Promise<number> {
  const { state } = await link.jsm.streams.info(RUNS_STREAM);
  let lowest = state.last_seq + 1;
  for (const { state: queue } of store.queues.values()) {
    for (const priority of queue.levels) {
      const info = await link.jsm.consumers
        .info(RUNS_STREAM, queueConsumer(queue.name, priority).name)
        .catch(() => undefined);
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
