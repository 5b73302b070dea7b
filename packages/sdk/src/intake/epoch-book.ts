import { type EpochState, parseCommit, RUNS_STREAM, STATE_STREAM, stateSubject } from '@jobflow/contracts';
import type { EventLog, NatsLink } from '@jobflow/platform';
import type { EpochBook } from './epoch-guard.js';

/** Keeps epochs in JF_STATE. Expected sequence 0 lets exactly one worker note a server's. */
export function createEpochBook(link: NatsLink, log: Pick<EventLog, 'append'>, now: () => number): EpochBook {
  const read = async (subject: string): Promise<EpochState | undefined> => {
    const message = await link.jsm.streams.getMessage(STATE_STREAM, { last_by_subj: subject });
    if (!message) return undefined;
    const parsed = parseCommit('state', message.data);
    const event = parsed.ok ? parsed.commit.events[0] : undefined;
    return event?.type === 'EpochNoted' ? event.epoch : undefined;
  };
  return {
    async note(serverId) {
      const subject = stateSubject('epoch', serverId);
      const known = await read(subject);
      if (known) return known;
      const info = await link.jsm.streams.info(RUNS_STREAM);
      const epoch: EpochState = { serverId, runsSeq: info.state.last_seq, notedAt: now() };
      const appended = await log.append({
        messages: [{ subject, events: [{ type: 'EpochNoted', epoch }], expectLastSubjectSeq: 0 }],
      });
      if (appended.ok) return epoch;
      if (appended.reason === 'full') throw new Error(`${STATE_STREAM} is full: the server's epoch cannot be noted`);
      const theirs = await read(subject);
      if (!theirs) throw new Error(`the epoch of server ${serverId} is neither there nor to be written`);
      return theirs;
    },
  };
}
