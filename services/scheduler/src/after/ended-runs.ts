import { RUNS_STREAM, type RunStatus } from '@jobflow/contracts';
import type { NatsLink } from '@jobflow/platform';
import type { Db } from '@jobflow/read-model';
import type { EndPlace } from '../cron/plan-ticks.js';

export interface EndedRun {
  id: string;
  job: string;
  status: RunStatus;
  /** Epoch milliseconds. */
  finishedAt: number;
  test: boolean;
  /** The log's sequence of its end. */
  seq: number;
}

/** The ends of runs, in the order in which the log has them. */
export interface EndedRuns {
  /** How far the fold is: every end up to there can be read. */
  foldedUpTo(): Promise<number>;
  /** The first `most` ends of these jobs after a place, up to a sequence. */
  after(place: EndPlace, upTo: number, jobs: readonly string[], most: number): Promise<EndedRun[]>;
  /** A place before every end that came at this time or later. */
  before(at: number): Promise<EndPlace>;
}

export const FIRST_RUN = '00000000-0000-0000-0000-000000000000';
export const LAST_RUN = 'ffffffff-ffff-ffff-ffff-ffffffffffff';

/** How far the clocks of gateways, workers and the broker may be apart. */
const APART_MS = 5 * 60_000;

/** A range of the log so short that reading all that changed in it is the quickest, whatever Postgres thinks. */
const NARROW = 50_000;

/**
 * Reads ends from the read model. What changed since a sequence is an index range of `changed_seq`, and a run that ended
 * since then has changed since then: so to follow jobs costs the projector one more column, and no index. A page is as
 * dear as all that happened since its place, which is why places move on whether or not there was an end to follow.
 */
export function createEndedRuns(link: NatsLink, db: Db): EndedRuns {
  return {
    async foldedUpTo() {
      const [row] = await db.query<{ seq: number }>('select seq from read.checkpoint where stream = $1', [RUNS_STREAM]);
      return row?.seq ?? 0;
    },

    async after(place, upTo, jobs, most) {
      // A table that was not analysed yet would be read by its jobs, of which all runs are old but a few.
      const job = upTo - place.seq <= NARROW ? "(job || '')" : 'job';
      const rows = await db.query<Omit<EndedRun, 'finishedAt'> & { finished_at: Date | null }>(
        `select id, job, status, finished_at, test, ended_seq as seq from read.runs
         where changed_seq >= $1 and ended_seq <= $3 and (ended_seq, id) > ($1, $2::uuid) and ${job} = any($4::text[])
         order by ended_seq, id limit $5`,
        [place.seq, place.runId, upTo, jobs, most],
      );
      return rows.map(({ finished_at, ...row }) => ({ ...row, finishedAt: finished_at?.getTime() ?? 0 }));
    },

    async before(at) {
      const { state } = await link.jsm.streams.info(RUNS_STREAM);
      const since = new Date(Math.max(0, at - APART_MS));
      // The broker answers with the first message since then; none: all there is came before.
      const message = since > new Date(`${state.last_ts}`) ? null : await firstSince(link, since);
      return { seq: message ?? state.last_seq, runId: message === null ? LAST_RUN : FIRST_RUN };
    },
  };
}

async function firstSince(link: NatsLink, since: Date): Promise<number | null> {
  const found = await link.jsm.direct.getMessage(RUNS_STREAM, { start_time: since });
  return found?.seq ?? null;
}
