import type { RunCommit, RunEvent } from '@jobflow/contracts';
import { defaultRetryPolicy } from '@jobflow/contracts';
import { waitsForPermit } from '@jobflow/domain';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { waitersNeeded } from './fetch-waiters.js';
import { foldRuns, missingRuns, type RunsFolded } from './fold-runs.js';
import { outboxRows } from './outbox-rows.js';
import { RunCache } from './run-cache.js';
import { Waiters } from './waiters.js';

const T = 1_795_000_000_000;
const ids = Array.from({ length: 6 }, (_, n) => `01936c2e-7a10-7c7b-9a51-0d6c2f0f9a0${n}`);
const id = (n: number) => ids[n] ?? '';

const queued = (n: number, attempt = 1, delivery = 0): RunEvent => ({
  type: 'RunQueued',
  attempt,
  delivery,
  run: {
    id: id(n),
    job: n % 2 ? 'odd' : 'even',
    jobRevision: 1,
    kind: 'HANDLER',
    queue: 'q',
    priority: 5,
    retry: defaultRetryPolicy,
    timeout: {},
    createdAt: T,
  },
});
const on = (n: number, attempt = 1, delivery = 0) => ({ runId: id(n), attempt, delivery, claim: 0, workerId: 'w' });
const times = { startedAt: T + 10, finishedAt: T + 30 };
const succeeded = (n: number, attempt = 1, delivery = 0): RunEvent => ({
  type: 'RunSucceeded',
  ...on(n, attempt, delivery),
  ...times,
  result: { n },
});
const failed = (n: number): RunEvent => ({
  type: 'RunAttemptFailed',
  ...on(n),
  ...times,
  status: 'FAILED',
  error: { message: 'no', fingerprint: 'f', retryable: true },
  next: { kind: 'retry', at: T + 1000 },
});
const dead = (n: number): RunEvent =>
  ({ ...failed(n), next: { kind: 'dead', reason: 'attempts-exhausted' } }) as RunEvent;

const commits = (events: RunEvent[]) =>
  events.map((event, n) => ({
    seq: n + 1,
    commit: { v: 1, id: `c${n}`, at: T + n, by: { actor: 'a' }, events: [event] } as RunCommit,
  }));

const fold = (events: RunEvent[], cache = new RunCache('')) =>
  foldRuns(commits(events), cache, [], { firstSeq: 1, lastSeq: events.length });

describe('a folded batch', () => {
  it('is one row, however much happened to the run in it', () => {
    const folded = fold([queued(0), succeeded(0)]);
    expect([...folded.rows.values()]).toMatchObject([
      {
        state: { status: 'SUCCEEDED', revision: 2 },
        changedSeq: 2,
        definition: { id: id(0) },
        result: { value: { n: 0 } },
        error: { value: null },
      },
    ]);
    expect(folded.rows.get(id(0))?.timeline?.events.map((e) => e.type)).toEqual(['RunQueued', 'RunSucceeded']);
  });

  it('tells of an end once, and of a dead letter', () => {
    const folded = fold([queued(0), dead(0), dead(0), succeeded(0)]);
    expect(folded.notifyRuns.map((n) => [n.runId, n.status])).toEqual([[id(0), 'FAILED']]);
    expect(folded.deadLetters).toHaveLength(1);
    expect(outboxRows(folded).map((row) => row.subject)).toEqual(['jf.effect.notify-run', 'jf.dlq.q']);
    expect(folded.rows.get(id(0))?.timeline?.events.filter((e) => !e.accepted)).toHaveLength(2);
  });

  it('hands what is due soon to the scheduler at once, and leaves the rest to its sweep', () => {
    const soon = fold([queued(0), failed(0)]);
    expect(soon.queueRuns).toMatchObject([{ runId: id(0), attempt: 2, delivery: 1, at: T + 1000 }]);
    const late = { ...failed(1), next: { kind: 'retry', at: T + 120_000 } } as RunEvent;
    expect(fold([queued(1), late]).queueRuns).toEqual([]);
  });

  it('ignores events of runs that were never queued', () => {
    const folded = fold([succeeded(0)]);
    expect(folded.rows.size).toBe(0);
  });

  it('leaves counters that add up, whatever happened', () => {
    const folded = fold([queued(0), queued(1), queued(2), succeeded(0), failed(1), dead(2)]);
    expect(folded.counter.queues.get('q')).toMatchObject({ succeeded: 1, retrying: 1, failed: 1, dead_letters: 1 });
    const minute = [...folded.counter.minutes.values()];
    expect(minute.reduce((sum, m) => sum + m.enqueued, 0)).toBe(3);
    expect(minute.reduce((sum, m) => sum + m.duration_count, 0)).toBe(2);
    expect(minute.reduce((sum, m) => sum + m.retried, 0)).toBe(1);
  });
});

describe('the same log', () => {
  const event = fc.oneof(
    fc.nat(5).map((n) => queued(n)),
    fc.nat(5).map((n) => succeeded(n)),
    fc.nat(5).map((n) => failed(n)),
    fc.nat(5).map((n) => queued(n, 2, 1)),
    fc.nat(5).map((n) => succeeded(n, 2, 1)),
    fc.nat(5).map((n): RunEvent => ({ type: 'RunCancelRequested', runId: id(n) })),
  );

  it('gives the same rows, timelines, counters and effects, however it is cut into batches', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 40 }), fc.array(fc.nat(40), { maxLength: 8 }), (events, cuts) => {
        const whole = summary([fold(events)]);
        const cache = new RunCache('');
        const bounds = [0, ...cuts.filter((c) => c < events.length).sort((a, b) => a - b), events.length];
        const all = commits(events);
        const parts = bounds
          .slice(1)
          .map((end, k) => foldRuns(all.slice(bounds[k], end), cache, [], { firstSeq: 1, lastSeq: end }));
        expect(summary(parts)).toEqual(whole);
      }),
    );
  });
});

function summary(batches: RunsFolded[]) {
  const states = new Map<string, unknown>();
  const timelines: Record<string, unknown[]> = {};
  const counts: Record<string, number> = {};
  for (const batch of batches) {
    for (const [run, row] of batch.rows) {
      states.set(run, row.state);
      if (row.timeline) timelines[run] = [...(timelines[run] ?? []), ...row.timeline.events];
    }
    for (const [queue, changes] of batch.counter.queues)
      for (const [key, n] of Object.entries(changes))
        counts[`${queue} ${key}`] = (counts[`${queue} ${key}`] ?? 0) + (n ?? 0);
  }
  const kept = Object.fromEntries(Object.entries(counts).filter(([, n]) => n !== 0));
  const effects = batches
    .flatMap((b) => [...b.queueRuns, ...b.notifyRuns, ...b.deadLetters])
    .map((e) => JSON.stringify(e))
    .sort();
  return { states: [...states].sort(), timelines, kept, effects };
}

describe('the cache of runs', () => {
  it('never asks for a run that cannot exist, and always for one that may', () => {
    const cache = new RunCache(id(2), 2);
    expect(missingRuns(commits([queued(1), queued(4)]), cache)).toEqual([id(1)]);
    const folded = fold([queued(3), queued(4), queued(5)], cache);
    expect(folded.rows.size).toBe(3);
    cache.trim();
    expect(cache.misses(id(3))).toBe(true);
    expect(cache.misses(id(4))).toBe(false);
  });
});

describe('runs that wait for a permit', () => {
  const limits = { concurrency: 2 };
  const born = (n: number): RunEvent => {
    const event = queued(n);
    return event.type === 'RunQueued' ? { ...event, run: { ...event.run, job: 'j', limits } } : event;
  };
  const again = (n: number, delivery: number): RunEvent => {
    const event = born(n);
    return event.type === 'RunQueued' ? { ...event, delivery } : event;
  };
  const refused = (n: number, at: number, holders: number[] = [], delivery = 0): RunEvent => ({
    type: 'RunLimited',
    ...on(n, 1, delivery),
    key: 'job:j',
    limit: 'concurrency',
    at: T + at,
    holders: holders.map((h) => ({ runId: id(h), delivery: 0 })),
  });
  const cancel = (n: number): RunEvent => ({ type: 'RunCancelRequested', runId: id(n) });
  const wokenBy = (events: RunEvent[]) => {
    const before = fold(events.slice(0, -1)).queueRuns.length;
    return fold(events)
      .queueRuns.slice(before)
      .map(({ runId }) => ids.indexOf(runId));
  };
  const start = [born(0), born(1), born(2), born(3)];

  it('are woken one at each end of an attempt, first refused first', () => {
    const waiting = [...start, refused(2, 20, [0, 1]), refused(3, 10, [0, 1])];
    expect(fold(waiting).queueRuns).toEqual([]);
    expect(wokenBy([...waiting, succeeded(0)])).toEqual([3]);
    expect(wokenBy([...waiting, succeeded(0), dead(1)])).toEqual([2]);
    expect(wokenBy([...waiting, succeeded(0), succeeded(1), succeeded(1)])).toEqual([]);
  });

  it('are woken at once when one who held a permit has let go before the log heard of the refusal', () => {
    expect(wokenBy([...start, succeeded(0), refused(2, 10, [0, 1])])).toEqual([2]);
    expect(wokenBy([...start, refused(2, 10, [0, 1])])).toEqual([]);
    expect(wokenBy([...start, refused(1, 5, [0]), refused(2, 10, [0, 1])])).toEqual([1]);
  });

  it('pass their wake on when they end without a start, and keep nobody waiting when they do so in the line', () => {
    const woken2 = [...start, refused(2, 10, [0, 1]), refused(3, 20, [0, 1]), succeeded(0)];
    expect(wokenBy([...woken2, cancel(2)])).toEqual([3]);
    expect(wokenBy([...woken2, again(2, 1), cancel(2)])).toEqual([3]);
    expect(wokenBy([...woken2, cancel(3)])).toEqual([]);
    const ended = [...start, refused(2, 10, [0, 1]), refused(3, 20, [0, 1]), cancel(2), succeeded(0)];
    expect(wokenBy(ended)).toEqual([3]);
  });

  it('pass their wake on when a rate refuses them, and keep it when they are given back without a try', () => {
    const woken2 = [...start, refused(2, 10, [0, 1]), refused(3, 20, [0, 1]), succeeded(0), again(2, 1)];
    const rated = { ...refused(2, 90, [], 1), limit: 'rate', until: T + 500 } as RunEvent;
    // Its own return is asked for as well.
    expect(wokenBy([...woken2, rated])).toEqual([3, 2]);
    const returned = (reason: 'drained' | 'limits-unavailable'): RunEvent => ({
      type: 'RunReturned',
      ...on(2, 1, 1),
      reason,
      at: T + 90,
      notBefore: T + 500,
    });
    expect(wokenBy([...woken2, returned('limits-unavailable')])).toEqual([2]);
    expect(wokenBy([...woken2, returned('drained')])).toEqual([3, 2]);
  });

  it('keep their place when they are refused again', () => {
    const robbed = [
      ...start,
      refused(2, 10, [0]),
      refused(3, 20, [0]),
      succeeded(0),
      again(2, 1),
      refused(2, 90, [1], 1),
    ];
    expect(wokenBy([...robbed, succeeded(1)])).toEqual([2]);
  });

  it('are woken the same, however the log is cut, with only as many fetched as a batch may need', () => {
    const event = fc.oneof(
      fc.nat(5).map(born),
      fc.tuple(fc.nat(5), fc.nat(30), fc.array(fc.nat(5), { maxLength: 2 }), fc.nat(2)).map((x) => refused(...x)),
      fc.nat(5).map((n) => succeeded(n)),
      fc.tuple(fc.nat(5), fc.nat(2)).map(([n, d]) => succeeded(n, 1, d)),
      fc.tuple(fc.nat(5), fc.integer({ min: 1, max: 3 })).map((x) => again(...x)),
      fc.nat(5).map((n) => failed(n)),
      fc.nat(5).map(cancel),
    );
    let woken = 0;
    fc.assert(
      fc.property(fc.array(event, { maxLength: 60 }), fc.array(fc.nat(60), { maxLength: 8 }), (more, cuts) => {
        const events = [...start, ...more];
        const whole = summary([fold(events)]);
        woken += fold(events).queueRuns.length;
        const bounds = [0, ...cuts.filter((c) => c < events.length).sort((a, b) => a - b), events.length];
        const [all, cache, waiters] = [commits(events), new RunCache(''), new Waiters()];
        const parts = bounds.slice(1).map((end, k) => {
          const batch = all.slice(bounds[k], end);
          const needed = waitersNeeded(batch, cache, waiters).get('job:j') ?? 0;
          const inLine = ids.flatMap((one) => cache.get(one) ?? []).filter(waitsForPermit);
          inLine.sort((a, b) => (a.limitedSince ?? 0) - (b.limitedSince ?? 0) || (a.id < b.id ? -1 : 1));
          waiters.begin(inLine.slice(0, needed));
          return foldRuns(batch, cache, [], { firstSeq: 1, lastSeq: end }, waiters);
        });
        expect(summary(parts)).toEqual(whole);
      }),
      { numRuns: 500 },
    );
    expect(woken).toBeGreaterThan(100);
  });
});
