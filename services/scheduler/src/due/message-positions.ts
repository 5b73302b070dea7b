import { queueConsumer, RUNS_STREAM, type RunSubject } from '@jobflow/contracts';
import type { NatsLink } from '@jobflow/platform';
import { type Db, readPosition } from '@jobflow/read-model';

export type Level = Pick<Extract<RunSubject, { class: 'queued' }>, 'queue' | 'priority'>;

/** Where the consumer of a level is, as sequences of the stream. */
export interface LevelPosition extends Level {
  /** The last message that was given to any worker. */
  delivered: number;
  /** Every message of the level at or below it has been acknowledged. */
  ackFloor: number;
}

const ASKED_AT_ONCE = 20;

/** Where these levels are; one whose consumer is not there, or cannot be asked, is missing. */
export async function levelPositions(link: NatsLink, levels: readonly Level[]): Promise<LevelPosition[]> {
  const found = await inLots(levels, async ({ queue, priority }) => {
    const info = await link.jsm.consumers.info(RUNS_STREAM, queueConsumer(queue, priority).name).catch(() => undefined);
    if (!info) return undefined;
    return { queue, priority, delivered: info.delivered.stream_seq, ackFloor: info.ack_floor.stream_seq };
  });
  return found.filter((position) => position !== undefined);
}

/** The level each message is in, by its sequence; one that is not in the stream any more is missing. */
export async function levelsOf(link: NatsLink, seqs: readonly number[]): Promise<Map<number, Level>> {
  const found = await inLots([...new Set(seqs)], async (seq) => {
    const message = await link.jsm.streams.getMessage(RUNS_STREAM, { seq });
    // jf.run.<shard>.queued.<queue>.<priority>
    const [, , , cls, queue, priority] = message?.subject.split('.') ?? [];
    return cls === 'queued' && queue !== undefined
      ? ([seq, { queue, priority: Number(priority) }] as const)
      : undefined;
  });
  return new Map(found.filter((one) => one !== undefined));
}

const POLL_MS = 20;

/** Waits until the read model has all that is in the log now; false if it does not come so far in time. */
export async function readModelCaughtUp(link: NatsLink, db: Db, withinMs: number): Promise<boolean> {
  const { state } = await link.jsm.streams.info(RUNS_STREAM);
  const deadline = Date.now() + withinMs;
  while ((await readPosition(db)).runs < state.last_seq) {
    if (Date.now() >= deadline) return false;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  return true;
}

async function inLots<T, R>(all: readonly T[], ask: (one: T) => Promise<R>): Promise<R[]> {
  const answers: R[] = [];
  for (let from = 0; from < all.length; from += ASKED_AT_ONCE)
    answers.push(...(await Promise.all(all.slice(from, from + ASKED_AT_ONCE).map(ask))));
  return answers;
}
