import { EFFECTS_STREAM, effectSubject, type QueueRun, QueueRuns } from '@jobflow/contracts';
import { createOrderedReader, type Logger, type NatsLink, type ReadMessage, type Service } from '@jobflow/platform';

interface Dependencies {
  link: NatsLink;
  logger: Logger;
  onRuns(runs: readonly QueueRun[]): void;
  /** Some effects may have been missed. */
  onGap(): void;
  /** True for the one scheduler that tidies up. */
  tidies(): boolean;
}

const TIDY_MS = 30_000;
/**
 * Effects are hints: the rows they speak of are swept every 30 s. After three times that, whoever lives has heard of
 * them one way or the other, and they may go.
 */
const KEEP_MS = 90_000;
const MAX_MARKS = 64;

/**
 * Hears of runs to be queued, from now on: what was said before is in the read model, which is swept at the start. One
 * scheduler removes what everyone has heard, so that the stream stays small.
 */
export async function createQueueRunEffects(dependencies: Dependencies): Promise<Service> {
  const { link, logger } = dependencies;
  const filterSubject = effectSubject('queue-run');
  const { state } = await link.jsm.streams.info(EFFECTS_STREAM);
  /** Where the stream stood when: the oldest first. */
  const marks: { at: number; seq: number }[] = [];
  let timer: NodeJS.Timeout | undefined;
  let tidying: Promise<void> | undefined;

  async function onBatch(messages: ReadMessage[]): Promise<void> {
    for (const { seq, data } of messages) {
      const parsed = QueueRuns.safeParse(parseJson(data));
      if (parsed.success) dependencies.onRuns(parsed.data.runs);
      else logger.error({ seq }, 'an effect cannot be read and is passed over');
    }
  }

  const reader = createOrderedReader(link, {
    stream: EFFECTS_STREAM,
    filterSubject,
    fromSeq: state.last_seq + 1,
    logger,
    onBatch,
    onRecreated: () => {
      dependencies.onGap();
      return undefined;
    },
  });

  async function tidy(): Promise<void> {
    const now = Date.now();
    marks.push({ at: now, seq: reader.nextSeq() });
    if (marks.length > MAX_MARKS) marks.shift();
    const old = marks.findLastIndex(({ at }) => now - at >= KEEP_MS);
    const mark = marks[old];
    if (!mark) return;
    marks.splice(0, old);
    if (dependencies.tidies() && link.connected())
      await link.jsm.streams.purge(EFFECTS_STREAM, { filter: filterSubject, seq: mark.seq });
  }

  return {
    async start() {
      await reader.start();
      timer = setInterval(() => {
        tidying = tidy().catch((error: unknown) => logger.warn({ err: error }, 'old effects cannot be removed now'));
      }, TIDY_MS);
    },
    async stop() {
      clearInterval(timer);
      await reader.stop();
      await tidying;
    },
  };
}

function parseJson(data: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(data));
  } catch {
    return undefined;
  }
}
