import { claimSubject, parseCommit, RUNS_STREAM, type RunEventOf } from '@jobflow/contracts';
import type { EventLog, NatsLink } from '@jobflow/platform';

export type RunClaimed = RunEventOf<'RunClaimed'>;
export interface ClaimRequest {
  runId: string;
  queue: string;
  attempt: number;
  delivery: number;
  reclaim?: boolean;
  /** Somebody had the message before and may have started it, unseen. */
  redelivered?: boolean;
  /** The last claim on this queueing when it was found to be free: whoever claimed it since has it. */
  after?: number;
}
export type ClaimResult = { ok: true; n: number } | { ok: false; by: RunClaimed | undefined };

export interface Claims {
  /** Takes a run over, unless somebody else does at the same time. */
  claim(request: ClaimRequest): Promise<ClaimResult>;
}

/**
 * A run's claims are a chain on a subject of their own: each is appended expecting the one before to be the last, so
 * of those who try at once exactly one wins. The claim is read from the stream's leader, not from a replica.
 */
export function createClaims(link: NatsLink, log: Pick<EventLog, 'append'>, workerId: string): Claims {
  const last = async (subject: string) => {
    const message = await link.jsm.streams.getMessage(RUNS_STREAM, { last_by_subj: subject });
    if (!message) return { seq: 0, event: undefined };
    const parsed = parseCommit('run', message.data);
    const event = parsed.ok ? parsed.commit.events[0] : undefined;
    return { seq: message.seq, event: event?.type === 'RunClaimed' ? event : undefined };
  };
  return {
    async claim({ runId, queue, attempt, delivery, reclaim, redelivered, after }) {
      const subject = claimSubject(queue, runId);
      const { seq, event: before } = await last(subject);
      // Whoever came back after a server restart may only take up what nobody has taken from it meanwhile.
      const taken = before && before.delivery === delivery && before.workerId !== workerId;
      if (taken && (reclaim || (after !== undefined && before.n > after))) return { ok: false, by: before };
      const n = (before?.n ?? 0) + 1;
      const event: RunClaimed = {
        type: 'RunClaimed',
        runId,
        attempt,
        delivery,
        workerId,
        n,
        ...(reclaim && { reclaim }),
        ...(redelivered && { redelivered }),
      };
      const appended = await log.append({
        messages: [{ subject, events: [event], expectLastSubjectSeq: seq }],
        msgId: `claim:${runId}:${n}:${workerId}`,
      });
      if (appended.ok) return { ok: true, n };
      return { ok: false, by: (await last(subject)).event };
    },
  };
}
