import { anyTickSubject, parseCommit, RUNS_STREAM } from '@jobflow/contracts';
import type { NatsLink } from '@jobflow/platform';
import type { EndPlace } from './plan-ticks.js';
import { owedUpToOf } from './tick-unit.js';

/** The last tick a schedule has in the log, and where. */
export interface LastTick {
  tick: number;
  /** Of a schedule that follows a job: the last end that was dealt with. */
  after?: EndPlace | undefined;
  /** Up to which tick missed ones are still to be caught up, one after the other. */
  owedUpTo?: number | undefined;
  /** The sequence of the message it is in, plus its runs': all of it is at or before. */
  seq: number;
  /** The last sequence of each subject the schedule's ticks have been stored under. */
  bySubject: ReadonlyMap<string, number>;
}

/** The last tick is there, but this process does not understand it: it must not fire what may have been fired. */
export interface Unreadable {
  unreadable: string;
}

/** The log of ticks, to be read. */
export interface TickLog {
  /** The last ticks of these schedules; those that have none are missing. */
  last(ids: readonly string[]): Promise<Map<string, LastTick | Unreadable>>;
}
/** How long a schedule is left alone whose last tick cannot be read, unless it is changed. */
export const UNREADABLE_MS = 60_000;

const AT_ONCE = 200;

/**
 * Reads by direct get, over all shards: a schedule whose queue was changed has ticks under more than one subject, and
 * none of them may fire twice.
 */
export function createTickLog(link: NatsLink): TickLog {
  async function read(ids: readonly string[], found: Map<string, LastTick | Unreadable>): Promise<void> {
    const messages = await link.jsm.direct.getLastMessagesFor(RUNS_STREAM, {
      multi_last: ids.map(anyTickSubject),
    });
    for await (const { subject, seq, data } of messages) {
      const id = subject.slice(subject.lastIndexOf('.') + 1);
      const known = found.get(id);
      if (known && 'unreadable' in known) continue;
      const last = lastTickOf(data);
      if ('unreadable' in last) {
        found.set(id, last);
        continue;
      }
      const { runs, ...mark } = last;
      const bySubject = new Map([...(known?.bySubject ?? []), [subject, seq]]);
      if (known && isLater(known, last)) found.set(id, { ...known, bySubject });
      else found.set(id, { ...mark, seq: seq + runs, bySubject });
    }
  }

  return {
    async last(ids) {
      const found = new Map<string, LastTick | Unreadable>();
      for (let i = 0; i < ids.length; i += AT_ONCE) await read(ids.slice(i, i + AT_ONCE), found);
      return found;
    },
  };
}

type Mark = Pick<LastTick, 'tick' | 'after' | 'owedUpTo'>;

const isLater = (one: Mark, other: Mark): boolean =>
  one.after && other.after ? one.after.seq >= other.after.seq : one.tick >= other.tick;

function lastTickOf(data: Uint8Array): (Mark & { runs: number }) | Unreadable {
  const parsed = parseCommit('run', data);
  if (!parsed.ok) return { unreadable: parsed.reason };
  const ticks = parsed.commit.events.filter((event) => event.type === 'ScheduleTicked');
  return {
    tick: Math.max(0, ...ticks.map(({ tick }) => tick)),
    after: ticks.findLast(({ after }) => after !== undefined)?.after,
    owedUpTo: owedUpToOf(ticks),
    runs: ticks.filter(({ outcome }) => outcome === 'fired').length,
  };
}
