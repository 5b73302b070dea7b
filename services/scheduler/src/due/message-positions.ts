import { queueConsumer, RUNS_STREAM, type RunSubject } from '@jobflow/contracts';
import type { NatsLink } from '@jobflow/platform';
import { type Db, readPosition } from '@jobflow/read-model';

export type Level = Omit<Extract<RunSubject, { class: 'queued' }>, 'class'>;

/** Where the consumer of a level is, as sequences of the stream. */
export interface LevelPosition extends Level {
  /** The last message that was given to any worker. */
  delivered: number;
  /** Every message of the level at or below it has been acknowledged. */
  ackFloor: number;
  /** Likewise, as far as can be told of one that has nothing left, whose floor does not move with other levels. */
  doneUpTo: number;
}

const ASKED_AT_ONCE = 20;

/** Where these levels are; one whose consumer is not there, or cannot be asked, is missing. */
export async function levelPositions<L extends Level>(
  link: NatsLink,
  levels: readonly L[],
): Promise<(L & LevelPosition)[]> {
  const { state } = await link.jsm.streams.info(RUNS_STREAM);
  const found = await inLots(levels, async (level) => {
    const { name } = queueConsumer(level.queue, level.priority, level.branch);
    const info = await link.jsm.consumers.info(RUNS_STREAM, name).catch(() => undefined);
    if (!info) return undefined;
    const ackFloor = info.ack_floor.stream_seq;
    // What was in the log before it was asked.
    const doneUpTo = Math.max(ackFloor, info.num_pending + info.num_ack_pending === 0 ? state.last_seq : 0);
    return { ...level, delivered: info.delivered.stream_seq, ackFloor, doneUpTo };
  });
  return found.filter((position) => position !== undefined);
}

/** The level each message is in, by its sequence; one that is not in the stream any more is missing. */
export async function levelsOf(link: NatsLink, seqs: readonly number[]): Promise<Map<number, Level>> {
  const found = await inLots([...new Set(seqs)], async (seq) => {
    const message = await link.jsm.streams.getMessage(RUNS_STREAM, { seq });
    // jf.run.<shard>.queued.<queue>.<priority>, and in a branch .<branch>
    const [, , , cls, queue, priority, branch] = message?.subject.split('.') ?? [];
    return cls === 'queued' && queue !== undefined
      ? ([seq, { queue, priority: Number(priority), ...(branch !== undefined && { branch }) }] as const)
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

/** Of messages and positions in the same level. */
export const levelKey = ({ queue, priority, branch = '' }: Level): string => `${queue} ${priority} ${branch}`;

async function inLots<T, R>(all: readonly T[], ask: (one: T) => Promise<R>): Promise<R[]> {
  const answers: R[] = [];
  for (let from = 0; from < all.length; from += ASKED_AT_ONCE)
    answers.push(...(await Promise.all(all.slice(from, from + ASKED_AT_ONCE).map(ask))));
  return answers;
}
