import { live, parseCommit, RUNS_STREAM, type RunDefinition, type RunEvent, VerifyRequest } from '@jobflow/contracts';
import {
  evolveRun,
  hasLetGo,
  isOfOneRun,
  keysLetGo,
  queueAt,
  type RunLifeEvent,
  type RunState,
  waitsForPermit,
  woken,
} from '@jobflow/domain';
import {
  createOrderedReader,
  type EventLog,
  ensureQueueLevel,
  type NatsLink,
  type ReadMessage,
  type StateStore,
  subjectOf,
} from '@jobflow/platform';
import { pino } from 'pino';

export interface Seen {
  seq: number;
  subject: string;
  event: RunEvent;
  accepted: boolean;
}

/**
 * Projector and scheduler in one, in memory: the same fold, the same answers, the same effects, without Postgres. What
 * the engine's tests need of the rest of the house.
 */
export interface FoldDouble extends AsyncDisposable {
  state(runId: string): RunState | undefined;
  /** Every event of a run, in the order of the log. */
  events(runId: string): Seen[];
  /** All events the fold did not accept, claims of the losers aside. */
  refused(): Seen[];
  /** Resolves with the state once it satisfies. */
  when(runId: string, satisfies: (state: RunState) => boolean): Promise<RunState>;
  whenEnded(runId: string): Promise<RunState>;
  /** While true, nobody answers executors that ask about suspects. */
  mute: boolean;
}

const ENDED = new Set(['SUCCEEDED', 'FAILED', 'CANCELLED', 'EXPIRED']);

export async function startFoldDouble(link: NatsLink, log: EventLog, store: StateStore): Promise<FoldDouble> {
  const logger = pino({ level: 'silent' });
  const states = new Map<string, RunState>();
  const definitions = new Map<string, RunDefinition>();
  const seen: Seen[] = [];
  const waiters = new Set<{
    runId: string;
    satisfies: (state: RunState) => boolean;
    resolve: (state: RunState) => void;
  }>();
  const timers = new Set<NodeJS.Timeout>();
  let checkpoint = 0;
  let stopped = false;

  const queue = (runId: string, attempt: number, delivery: number, at: number) => {
    const timer = setTimeout(
      () => {
        timers.delete(timer);
        const run = definitions.get(runId);
        if (!run || stopped) return;
        const state = states.get(runId);
        const { losses = 0, waitReason, waitSince, reschedules, priority = run.priority } = state ?? {};
        // A scheduler makes sure first that nobody can start the old message any more; here nobody looks.
        if (state && (state.superseded || (queueAt(state) ?? 0) > Date.now() + 5)) return;
        const known = {
          ...(losses > 0 && { losses }),
          ...(waitReason === 'NO_HANDLER' && { waitingSince: waitSince }),
          ...(reschedules !== undefined && { reschedules }),
        };
        const booked = state?.limitKey !== undefined && state.waitReason === 'RATE_LIMIT';
        const limited = state?.limitedSince === undefined ? {} : { limited: { since: state.limitedSince, booked } };
        const events: RunEvent[] = [
          { type: 'RunQueued', run: { ...run, priority }, attempt, delivery, ...known, ...limited },
        ];
        const place = { queue: run.queue, priority, run };
        const createBranch = state?.waitReason === 'NO_HANDLER';
        void (async () => {
          await ensureQueueLevel(link, store, log, place, { createQueue: true, createBranch });
          const messages = [{ subject: subjectOf(store, { ...run, priority }), events }];
          await log.append({ messages, msgId: `${runId}:${delivery}` });
        })().catch(() => undefined);
      },
      Math.max(0, at - Date.now()),
    );
    timers.add(timer);
  };

  const apply = ({ seq, subject, data }: ReadMessage) => {
    checkpoint = seq;
    const parsed = parseCommit('run', data);
    if (!parsed.ok) return;
    for (const event of parsed.commit.events) {
      if (!isOfOneRun(event)) continue;
      if (event.type === 'RunQueued' || event.type === 'RunPlanned') definitions.set(event.run.id, event.run);
      const runId = 'run' in event ? event.run.id : event.runId;
      const before = states.get(runId);
      const evolved = evolveRun(before, event, { at: parsed.commit.at, seq, actor: parsed.commit.by.actor });
      if (evolved.state) states.set(runId, evolved.state);
      seen.push({ seq, subject, event, accepted: evolved.accepted });
      for (const effect of evolved.effects) {
        if (effect.kind === 'queue-run') queue(runId, effect.run.attempt, effect.run.delivery, effect.run.at);
      }
      if (before && evolved.state) wakeWaiters(before, event, evolved.state, parsed.commit.at);
      for (const waiter of [...waiters]) {
        if (waiter.runId !== runId || !evolved.state || !waiter.satisfies(evolved.state)) continue;
        waiters.delete(waiter);
        waiter.resolve(evolved.state);
      }
    }
  };
  /** As the projector does it, with all states at hand. */
  const wakeWaiters = (before: RunState, event: RunLifeEvent, after: RunState, at: number) => {
    const wakeOldest = (key: string) => {
      const [oldest] = [...states.values()]
        .filter((state) => waitsForPermit(state) && state.limitKey === key)
        .sort((a, b) => (a.limitedSince ?? 0) - (b.limitedSince ?? 0) || (a.id < b.id ? -1 : 1));
      if (!oldest) return;
      const { state, effect } = woken(oldest, at);
      states.set(state.id, state);
      if (effect.kind === 'queue-run') queue(state.id, effect.run.attempt, effect.run.delivery, at);
    };
    for (const key of keysLetGo(before, event, after)) wakeOldest(key);
    const refused = event.type === 'RunLimited' && waitsForPermit(after) && !waitsForPermit(before);
    if (refused && event.holders?.some((holder) => hasLetGo(holder, states.get(holder.runId)))) wakeOldest(event.key);
  };
  const reader = createOrderedReader(link, {
    stream: RUNS_STREAM,
    fromSeq: 1,
    logger,
    onBatch: async (messages) => messages.forEach(apply),
    onRecreated: async () => checkpoint + 1,
  });
  await reader.start();

  const double: FoldDouble = {
    mute: false,
    state: (runId) => states.get(runId),
    events: (runId) =>
      seen.filter(({ event }) => ('run' in event ? event.run.id : 'runId' in event && event.runId) === runId),
    refused: () => seen.filter(({ accepted, event }) => !accepted && event.type !== 'RunClaimed'),
    when(runId, satisfies) {
      const state = states.get(runId);
      if (state && satisfies(state)) return Promise.resolve(state);
      return new Promise((resolve) => waiters.add({ runId, satisfies, resolve }));
    },
    whenEnded: (runId) => double.when(runId, (state) => ENDED.has(state.status)),
    async [Symbol.asyncDispose]() {
      stopped = true;
      for (const timer of timers) clearTimeout(timer);
      verify.unsubscribe();
      holders.unsubscribe();
      await reader.stop();
    },
  };
  const verify = link.nc.subscribe(live.verify, {
    callback: (error, message) => {
      if (!error && !double.mute) void answer(message);
    },
  });

  const holders = link.nc.subscribe(live.holders, {
    callback: (error, message) => {
      if (error || double.mute) return;
      const running = [...states.values()].filter(({ status }) => status === 'RUNNING');
      const runs = running.flatMap(({ id, delivery, workerId, limitKeys }) =>
        workerId && limitKeys ? [{ runId: id, delivery, workerId, keys: limitKeys }] : [],
      );
      message.respond(JSON.stringify({ ok: true, runs, queues: [] }));
    },
  });

  async function answer(message: { json(): unknown; respond(data: string): boolean }): Promise<void> {
    const { ids, seq } = VerifyRequest.parse(message.json());
    const deadline = Date.now() + 5_000;
    while (checkpoint < seq && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 5));
    if (checkpoint < seq) {
      message.respond(JSON.stringify({ ok: false, reason: 'lagging' }));
      return;
    }
    const runs = ids.flatMap((id) => {
      const state = states.get(id);
      if (!state) return [];
      const { status, attempt, delivery, claim, workerId, cancelRequestedAt } = state;
      const { started, alone, losses, lostWorkers } = state;
      const cancelRequested = cancelRequestedAt !== undefined;
      const waits = status === 'QUEUED' && (state.nextAttemptAt !== undefined || state.limitKey !== undefined);
      const history = { started, alone, losses, lostWorkers, superseded: state.superseded, waits };
      return [{ id, status, attempt, delivery, claim, workerId, cancelRequested, ...history }];
    });
    message.respond(JSON.stringify({ ok: true, runs }));
  }
  return double;
}
