import { anyTickSubject, parseCommit, RUNS_STREAM } from '@jobflow/contracts';
import type { NatsLink } from '@jobflow/platform';
import type { EndPlace } from './plan-ticks.js';

/** The last tick a schedule has in the log, and where. */
export interface LastTick {
  tick: number;
  /** Of a schedule that follows a job: the last end that was dealt with. */
  after?: EndPlace | undefined;
  /** The sequence of the message it is in, plus its runs': all of it is at or before. */
  seq: number;
  /** The last sequence of each subject the schedule's ticks have been stored under. */
  bySubject: ReadonlyMap<string, number>;
}

/** The log of ticks, to be read. */
export interface TickLog {
  /** The last ticks of these schedules; those that have none are missing. */
  last(ids: readonly string[]): Promise<Map<string, LastTick>>;
}

const AT_ONCE = 200;

/**
 * Reads by direct get, over all shards: a schedule whose queue was changed has ticks under more than one subject, and
 * none of them may fire twice.
 */
export function createTickLog(link: NatsLink): TickLog {
  async function read(ids: readonly string[], found: Map<string, LastTick>): Promise<void> {
    const messages = await link.jsm.direct.getLastMessagesFor(RUNS_STREAM, {
      multi_last: ids.map(anyTickSubject),
    });
    for await (const { subject, seq, data } of messages) {
      const id = subject.slice(subject.lastIndexOf('.') + 1);
      const last = lastTickOf(data);
      const known = found.get(id);
      const bySubject = new Map([...(known?.bySubject ?? []), [subject, seq]]);
      if (known && isLater(known, last)) found.set(id, { ...known, bySubject });
      else found.set(id, { tick: last.tick, after: last.after, seq: seq + last.runs, bySubject });
    }
  }

  return {
    async last(ids) {
      const found = new Map<string, LastTick>();
      for (let i = 0; i < ids.length; i += AT_ONCE) await read(ids.slice(i, i + AT_ONCE), found);
      return found;
    },
  };
}

type Mark = Pick<LastTick, 'tick' | 'after'>;

const isLater = (one: Mark, other: Mark): boolean =>
  one.after && other.after ? one.after.seq >= other.after.seq : one.tick >= other.tick;

function lastTickOf(data: Uint8Array): Mark & { runs: number } {
  const parsed = parseCommit('run', data);
  if (!parsed.ok) throw new Error(`a tick in the log cannot be read: ${parsed.reason}`);
  let tick = 0;
  let runs = 0;
  let after: EndPlace | undefined;
  for (const event of parsed.commit.events) {
    if (event.type !== 'ScheduleTicked') continue;
    tick = Math.max(tick, event.tick);
    after = event.after ?? after;
    if (event.outcome === 'fired') runs++;
  }
  return { tick, after, runs };
}
