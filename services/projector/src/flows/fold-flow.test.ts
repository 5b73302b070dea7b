import { defaultRetryPolicy, isTerminal, type RunCommit, type RunEvent, type RunStatus } from '@jobflow/contracts';
import type { RunState } from '@jobflow/domain';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { foldRuns, type RunsFolded } from '../runs/fold-runs.js';
import { RunCache } from '../runs/run-cache.js';
import { Waiters } from '../runs/waiters.js';
import { FlowBook } from './flow-book.js';
import { movingFlows, runsBelow } from './flows-needed.js';

const T = 1_795_000_000_000;
const FLOW = '01936c2e-7a10-7c7b-9a51-0d6c2f0f9c00';
const runId = (n: number) => `01936c2e-7a10-7c7b-9a51-0d6c2f0f9${n.toString(16).padStart(3, '0')}`;

interface Node {
  parents: number[];
  runsAnyway: boolean;
  /** How it ends if it gets to run. */
  outcome: 'SUCCEEDED' | 'FAILED' | 'CANCELLED' | 'EXPIRED';
}

const definition = (n: number) => ({
  id: runId(n),
  job: 'j',
  jobRevision: 1,
  kind: 'HANDLER' as const,
  queue: 'q',
  priority: 5,
  retry: { ...defaultRetryPolicy, maxAttempts: 1 },
  timeout: {},
  createdAt: T,
  expiresAt: T + 1,
  flow: { id: FLOW, key: `n${n}` },
});
const births = (nodes: readonly Node[]): RunEvent[] => [
  {
    type: 'FlowCreated',
    id: FLOW,
    queue: 'q',
    createdAt: T,
    callbackUrl: 'https://example.com/flow',
    nodes: nodes.map(({ parents, runsAnyway }, n) => ({
      key: `n${n}`,
      runId: runId(n),
      job: 'j',
      dependsOn: parents,
      ...(runsAnyway && { onDependencyFailure: 'RUN' as const }),
    })),
  },
  ...nodes.map(
    ({ parents }, n): RunEvent =>
      parents.length > 0
        ? { type: 'RunPlanned', run: definition(n), dueAt: T, blocked: true }
        : { type: 'RunQueued', run: definition(n), attempt: 1, delivery: 0 },
  ),
];

function endOf(n: number, outcome: Node['outcome'], delivery: number): RunEvent {
  const on = { runId: runId(n), attempt: 1, delivery, claim: 0, workerId: 'w', startedAt: T, finishedAt: T + 5 };
  const error = { message: 'no', fingerprint: 'f', retryable: false };
  switch (outcome) {
    case 'SUCCEEDED':
      return { type: 'RunSucceeded', ...on, result: n };
    case 'FAILED':
      return {
        type: 'RunAttemptFailed',
        ...on,
        status: 'FAILED',
        error,
        next: { kind: 'dead', reason: 'not-retryable' },
      };
    case 'CANCELLED':
      return { type: 'RunCancelRequested', runId: runId(n) };
    case 'EXPIRED':
      return { type: 'RunExpired', runId: runId(n), at: T + 10 };
    default:
      return outcome satisfies never;
  }
}

/** A projection whose batches have one event each, and everything that came of them. */
class Fold {
  readonly cache = new RunCache('');
  readonly flows = new FlowBook();
  readonly batches: RunsFolded[] = [];
  readonly log: RunEvent[] = [];

  tell(...events: RunEvent[]): void {
    this.log.push(...events);
    for (const event of events) this.#fold([event]);
  }
  #fold(events: RunEvent[]): void {
    const seq = this.batches.length + 1;
    this.batches.push(
      foldRuns(commits(events, seq), this.cache, [], { firstSeq: seq, lastSeq: seq }, new Waiters(), this.flows),
    );
  }
  run(n: number): RunState {
    return this.cache.get(runId(n)) as RunState;
  }
  get flow() {
    return this.flows.get(FLOW);
  }
  queued(n: number): number {
    return this.batches.flatMap(({ queueRuns }) => queueRuns).filter((run) => run.runId === runId(n)).length;
  }
}
const commits = (events: readonly RunEvent[], first = 1) =>
  events.map((event, n) => ({
    seq: first + n,
    commit: { v: 1, id: `c${first + n}`, at: T + first + n, by: { actor: 'a' }, events: [event] } as RunCommit,
  }));

/** What must become of each node, by the rule alone. */
function byTheRule(nodes: readonly Node[]): RunStatus[] {
  const ends: RunStatus[] = [];
  for (const { parents, runsAnyway, outcome } of nodes)
    ends.push(runsAnyway || parents.every((parent) => ends[parent] === 'SUCCEEDED') ? outcome : 'CANCELLED');
  return ends;
}

/** Plays scheduler and executor in an order drawn at random, until nothing is left to do. */
function play(nodes: readonly Node[], order: () => number, fold = new Fold()): Fold {
  fold.tell(...births(nodes));
  for (;;) {
    const open = nodes.flatMap((_, n) => (['QUEUED', 'SCHEDULED'].includes(fold.run(n).status) ? [n] : []));
    const n = open[Math.floor(order() * open.length)];
    if (n === undefined) return fold;
    const state = fold.run(n);
    if (state.status === 'SCHEDULED')
      fold.tell({ type: 'RunQueued', run: definition(n), attempt: 1, delivery: state.delivery + 1 });
    else fold.tell(endOf(n, nodes[n]?.outcome ?? 'SUCCEEDED', state.delivery));
  }
}

const outcome = fc.constantFrom<Node['outcome']>(
  'SUCCEEDED',
  'SUCCEEDED',
  'SUCCEEDED',
  'FAILED',
  'CANCELLED',
  'EXPIRED',
);
const dag = fc
  .array(fc.record({ parents: fc.array(fc.nat(30), { maxLength: 4 }), runsAnyway: fc.boolean(), outcome }), {
    minLength: 1,
    maxLength: 14,
  })
  .map((nodes) =>
    nodes.map(
      (node, n): Node => ({
        ...node,
        parents: n === 0 ? [] : [...new Set(node.parents.map((p) => p % (n + 1)))].filter((p) => p < n),
      }),
    ),
  );
const orders = fc
  .infiniteStream(fc.double({ min: 0, max: 0.999, noNaN: true }))
  .map((stream) => () => stream.next().value as number);

describe('whatever a flow looks like, and in whatever order its runs end', () => {
  it('every node ends as the rule says, and is queued once if it runs', () => {
    fc.assert(
      fc.property(dag, orders, (nodes, order) => {
        const fold = play(nodes, order);
        const ends = byTheRule(nodes);
        expect(nodes.map((_, n) => fold.run(n).status)).toEqual(ends);
        const runs = ({ parents, runsAnyway }: Node) => runsAnyway || parents.every((p) => ends[p] === 'SUCCEEDED');
        expect(nodes.map((_, n) => fold.queued(n))).toEqual(
          nodes.map((node) => (node.parents.length > 0 && runs(node) ? 1 : 0)),
        );
        expect(fold.flow).toMatchObject({
          done: nodes.length,
          failed: ends.filter((end) => end === 'FAILED' || end === 'EXPIRED').length,
        });
        expect(fold.flow?.status).not.toBe('RUNNING');
        expect(fold.batches.flatMap(({ notifyFlows }) => notifyFlows)).toHaveLength(1);
        expect(fold.batches.flatMap(({ notifyRuns }) => notifyRuns)).toHaveLength(nodes.length);
      }),
      { numRuns: 300 },
    );
  });

  it('its log comes to the same however it is cut, and told twice changes nothing', () => {
    fc.assert(
      fc.property(dag, orders, fc.array(fc.nat(60), { maxLength: 6 }), (nodes, order, cuts) => {
        const { log } = play(nodes, order);
        const whole = summary(log, []);
        expect(summary(log, cuts)).toEqual(whole);
        const twice = summary(
          log.flatMap((event) => [event, event]),
          [],
        );
        expect(twice.ends).toEqual(whole.ends);
        expect(twice.queued).toEqual(whole.queued);
        expect(twice.notified).toBe(1);
      }),
      { numRuns: 200 },
    );
  });

  it('what is loaded before a batch is folded is all that the batch changes', () => {
    fc.assert(
      fc.property(dag, orders, fc.nat(60), (nodes, order, at) => {
        const { log } = play(nodes, order);
        const cut = at % (log.length + 1);
        const fold = new Fold();
        fold.tell(...log.slice(0, cut));
        const rest = commits(log.slice(cut), cut + 1);
        const spoken = new Set(
          log.slice(cut).flatMap((event) => ('runId' in event ? [event.runId] : 'run' in event ? [event.run.id] : [])),
        );
        const below = runsBelow(movingFlows(rest, fold.cache), fold.flows);
        const folded = foldRuns(
          rest,
          fold.cache,
          [],
          { firstSeq: cut + 1, lastSeq: log.length },
          new Waiters(),
          fold.flows,
        );
        for (const id of folded.rows.keys()) expect(spoken.has(id as string) || below.has(id)).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  it('retried, exactly what did not succeed runs again, and once all succeed the flow has', () => {
    fc.assert(
      fc.property(dag, orders, (given, order) => {
        const nodes = given.map((node) => ({
          ...node,
          outcome: node.outcome === 'EXPIRED' ? ('FAILED' as const) : node.outcome,
        }));
        const fold = play(nodes, order);
        const before = nodes.map((_, n) => fold.run(n));
        fold.tell(
          { type: 'FlowRetryRequested', flowId: FLOW, n: 1 },
          { type: 'FlowRetryRequested', flowId: FLOW, n: 1 },
        );
        for (let open = -1; open !== 0; ) {
          const next = nodes
            .flatMap((_, n) => (isTerminal(fold.run(n).status) ? [] : [n]))
            .filter((n) => fold.run(n).status !== 'BLOCKED');
          open = next.length;
          for (const n of next) {
            const delivery = fold.run(n).delivery + 1;
            fold.tell({ type: 'RunQueued', run: definition(n), attempt: 1, delivery }, endOf(n, 'SUCCEEDED', delivery));
          }
        }
        expect(nodes.every((_, n) => fold.run(n).status === 'SUCCEEDED')).toBe(true);
        for (const [n, run] of before.entries())
          expect(fold.run(n).delivery - run.delivery).toBe(run.status === 'SUCCEEDED' ? 0 : 1);
        const again = before.some(({ status }) => status !== 'SUCCEEDED');
        expect(fold.flow).toMatchObject({ status: 'SUCCEEDED', done: nodes.length, failed: 0, retries: again ? 1 : 0 });
      }),
      { numRuns: 200 },
    );
  });

  it('cancelled at any moment, it ends, and nothing is released after that', () => {
    fc.assert(
      fc.property(dag, orders, fc.nat(40), (nodes, order, at) => {
        const { log } = play(nodes, order);
        const cut = nodes.length + 1 + (at % Math.max(1, log.length - nodes.length));
        const fold = new Fold();
        fold.tell(...log.slice(0, cut));
        const running = fold.flow?.status === 'RUNNING';
        const started = nodes.flatMap((_, n) => (fold.run(n).status === 'QUEUED' && n % 2 ? [n] : []));
        for (const n of started)
          fold.tell({
            type: 'RunStarted',
            runId: runId(n),
            attempt: 1,
            delivery: fold.run(n).delivery,
            claim: 0,
            workerId: 'w',
            startedAt: T,
          });
        const asked = nodes.map((_, n) => fold.queued(n));
        fold.tell({ type: 'FlowCancelRequested', flowId: FLOW, reason: 'stop', runIds: nodes.map((_, n) => runId(n)) });
        for (const n of started) fold.tell(endOf(n, 'SUCCEEDED', fold.run(n).delivery));
        expect(nodes.map((_, n) => fold.queued(n))).toEqual(asked);
        expect(nodes.every((_, n) => isTerminal(fold.run(n).status))).toBe(true);
        const stopped = nodes.filter(
          (_, n) => fold.run(n).cancelReason === 'stop' && fold.run(n).status === 'CANCELLED',
        ).length;
        if (running && stopped > 0) expect(fold.flow?.status).toBe('CANCELLED');
        expect(fold.flow?.status).not.toBe('RUNNING');
      }),
      { numRuns: 200 },
    );
  });
});

function summary(log: readonly RunEvent[], cuts: readonly number[]) {
  const cache = new RunCache('');
  const flows = new FlowBook();
  const all = commits(log);
  const bounds = [0, ...cuts.filter((cut) => cut < log.length).sort((a, b) => a - b), log.length];
  const batches = bounds
    .slice(1)
    .map((end, k) =>
      foldRuns(all.slice(bounds[k], end), cache, [], { firstSeq: 1, lastSeq: end }, new Waiters(), flows),
    );
  const ids = [...new Set(batches.flatMap(({ rows }) => [...rows.keys()]))].sort();
  const timelines = batches.flatMap((batch) =>
    [...batch.rows].flatMap(([id, { timeline }]) => (timeline?.events ?? []).map((event) => [id, event])),
  );
  return {
    states: ids.map((id) => cache.get(id)),
    ends: ids.map((id) => cache.get(id)?.status),
    flow: flows.get(FLOW),
    timelines: timelines.map((entry) => JSON.stringify(entry)).sort(),
    queued: batches.flatMap(({ queueRuns }) => queueRuns.map(({ runId: id, delivery }) => `${id} ${delivery}`)).sort(),
    notified: batches.flatMap(({ notifyFlows }) => notifyFlows).length,
  };
}

it('the cancelled child says which run it depended on, and who decided', () => {
  const fold = new Fold();
  fold.tell(
    ...births([
      { parents: [], runsAnyway: false, outcome: 'FAILED' },
      { parents: [0], runsAnyway: false, outcome: 'SUCCEEDED' },
      { parents: [1], runsAnyway: false, outcome: 'SUCCEEDED' },
    ]),
    endOf(0, 'FAILED', 0),
  );
  expect(fold.run(1)).toMatchObject({
    status: 'CANCELLED',
    cancelReason: `It depends on n0 (run ${runId(0)}), which failed`,
  });
  expect(fold.run(2)).toMatchObject({
    status: 'CANCELLED',
    cancelReason: `It depends on n1 (run ${runId(1)}), which was cancelled`,
  });
  const last = fold.batches.at(-1)?.rows.get(runId(1))?.timeline?.events;
  expect(last).toMatchObject([{ type: 'RunCancelRequested', actor: 'system:flow', accepted: true }]);
});

it('a flow that is appended again, late, stands as it stood', () => {
  const nodes = [0, 1].map((n) => ({ parents: n ? [0] : [], runsAnyway: false, outcome: 'SUCCEEDED' as const }));
  const fold = new Fold();
  fold.tell(...births(nodes), endOf(0, 'SUCCEEDED', 0));
  const before = fold.flow;
  fold.tell(...births(nodes));
  expect(fold.flow).toEqual(before);
  expect(fold.batches.at(-3)?.flows.size).toBe(0);
  expect(fold.queued(1)).toBe(1);
});

it('all runs of a flow are loaded before it is cancelled or retried', () => {
  const nodes = [0, 1].map((n) => ({ parents: n ? [0] : [], runsAnyway: false, outcome: 'SUCCEEDED' as const }));
  const fold = new Fold();
  fold.tell(...births(nodes));
  for (const event of [
    { type: 'FlowCancelRequested', flowId: FLOW, runIds: [] },
    { type: 'FlowRetryRequested', flowId: FLOW, n: 1 },
  ] satisfies RunEvent[])
    expect([...runsBelow(movingFlows(commits([event]), fold.cache), fold.flows)]).toEqual([runId(0), runId(1)]);
});

it('flows are remembered up to a bound, those used last', () => {
  const book = new FlowBook(5);
  const fold = new Fold();
  fold.tell(...births([0, 1, 2].map(() => ({ parents: [], runsAnyway: false, outcome: 'SUCCEEDED' as const }))));
  const flow = fold.flow;
  if (!flow) throw new Error('no flow');
  for (const id of ['a', 'b', 'a', 'c']) book.set({ ...flow, id });
  book.trim();
  expect(['a', 'b', 'c'].map((id) => book.get(id) !== undefined)).toEqual([false, false, true]);
});
