import { RUNS_STREAM } from '@jobflow/contracts';
import type { DbSession } from '@jobflow/read-model';
import { FlowBook } from '../flows/flow-book.js';
import { movingFlows, runsBelow } from '../flows/flows-needed.js';
import { loadFlows } from '../flows/load-flows.js';
import type { Projection } from '../projection/projection.js';
import { type ReadCommits, readCommits } from '../projection/read-commits.js';
import type { Pace } from '../projection/rest-after.js';
import { fetchWaiters, loadWaiters, waitersNeeded } from './fetch-waiters.js';
import { foldRuns, missingRuns, type RunsFolded } from './fold-runs.js';
import { loadStates } from './load-states.js';
import { RunCache } from './run-cache.js';
import { Waiters } from './waiters.js';
import { CounterWriter } from './write-counters.js';
import { prepareWriting, writeRuns } from './write-runs.js';

type Commits = ReadCommits<'run'>['commits'];

export interface RunsProjectionListener {
  /** The checkpoint moved; `effects` when the outbox got something. */
  moved(checkpoint: { prev: number; cur: number; effects: boolean }): void;
}

/** Folds the run log into runs, timelines, counters, ticks and the outbox. */
export function runsProjection(listener: RunsProjectionListener): Projection<RunsFolded> {
  let cache = new RunCache('');
  let counters = new CounterWriter();
  let waiters = new Waiters();
  let flows = new FlowBook();

  /** The flows a batch may move, and the runs that it may move with them. */
  async function fetchFlows(commits: Commits, session: DbSession, written: () => Promise<void>): Promise<void> {
    const moving = movingFlows(commits, cache);
    if (moving.length === 0) return;
    const unknown = new Set(moving.map(({ flowId }) => flowId).filter((id) => !flows.get(id)));
    if (unknown.size > 0) {
      await written();
      for (const flow of await loadFlows(session, [...unknown])) flows.set(flow);
    }
    const missing = [...runsBelow(moving, flows)].filter((id) => cache.misses(id));
    if (missing.length === 0) return;
    await written();
    for (const state of await loadStates(session, missing)) cache.set(state.id, state);
  }

  return {
    stream: RUNS_STREAM,
    gapless: true,
    async load(session: DbSession) {
      await prepareWriting(session);
      const [newest] = await session.query<{ id: string }>('select id from read.runs order by id desc limit 1');
      cache = new RunCache(newest?.id ?? '');
      counters = new CounterWriter();
      waiters = await loadWaiters(session);
      flows = new FlowBook();
    },
    async fold(messages, session, written) {
      const { commits, rejected } = readCommits('run', messages);
      cache.trim();
      flows.trim();
      const missing = missingRuns(commits, cache);
      if (missing.length > 0) {
        await written();
        for (const state of await loadStates(session, missing)) cache.set(state.id, state);
      }
      await fetchFlows(commits, session, written);
      const needed = waitersNeeded(commits, cache, waiters);
      if (needed.size > 0) await written();
      waiters.begin(needed.size > 0 ? await fetchWaiters(session, needed, cache) : []);
      const span = { firstSeq: messages[0]?.seq ?? 0, lastSeq: messages.at(-1)?.seq ?? 0 };
      return foldRuns(commits, cache, rejected, span, waiters, flows);
    },
    async write(tx, folded) {
      await writeRuns(tx, folded);
      await counters.write(tx, folded);
    },
    rejectedOf: (folded) => folded.rejected,
    paceOf,
    committed(folded, { prev, cur }) {
      const effects = [folded.queueRuns, folded.notifyRuns, folded.notifyFlows, folded.deadLetters].some(
        ({ length }) => length > 0,
      );
      listener.moved({ prev, cur, effects });
    },
  };
}

/** Who is queued within this time had better not wait for a batch. */
const SOON_MS = 100;

/** A flow's next runs wait for the end of this one, and so do others of its keys for its permit. */
function paceOf({ rows, queueRuns }: RunsFolded): Pace {
  const soon = Date.now() + SOON_MS;
  if (queueRuns.some(({ at }) => at <= soon)) return 'urgent';
  for (const { state } of rows.values()) {
    if (state.flowId !== undefined || state.limitKeys !== undefined) return 'urgent';
  }
  return 'patient';
}
