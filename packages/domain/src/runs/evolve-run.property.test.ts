import { isTerminal, type RunEventOf } from '@jobflow/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { attemptsOf } from './attempts-of.js';
import type { RunLifeEvent } from './evolve-run.js';
import { nextQueueing, queueAt } from './next-queueing.js';
import type { RunState } from './run-state.js';
import * as run from './run-story.js';
import { tell } from './run-story.js';
import { storedEvent } from './stored-event.js';
import { timelineOf } from './timeline-of.js';

const on = fc.record({
  attempt: fc.integer({ min: 1, max: 4 }),
  delivery: fc.integer({ min: 0, max: 5 }),
  claim: fc.integer({ min: 0, max: 2 }),
  workerId: fc.constantFrom('w1', 'w2'),
});
/** Any event, fitting or not. */
const event: fc.Arbitrary<RunLifeEvent> = fc.oneof(
  on.map((o) => run.queued(o, { expiresAt: 6000 })),
  fc.constant(run.planned(5000, { expiresAt: 6000 })),
  on.map(run.started),
  on.map((o) => run.progressed(o)),
  on.map(run.succeeded),
  on.map((o) => run.failed(o)),
  on.map(run.dead),
  fc.tuple(fc.constantFrom('expired-lease', 'poison', 'no-handler'), on).map(([why, o]) => run.buried(why, o)),
  on.map(run.snoozed),
  on.map((o) => run.returned(o)),
  on.map((o) => run.returned(o, 'no-handler')),
  on.map((o) => run.limited(o)),
  on.map((o) => run.limited(o, 'rate')),
  on.map(run.cancelled),
  fc.constant(run.cancelRequested()),
  fc.constantFrom(run.rescheduled(), run.rescheduled(0), run.rescheduled(0, 9), run.rescheduled(25_000, 9, 'o1')),
  on.map((o) => run.returned(o, 'rescheduled')),
  on.map((o) => ({ ...run.queued(o, { priority: 9 }), reschedules: 1 })),
  fc.constantFrom(run.expired(5000), run.expired(7000)),
  fc
    .constantFrom('o1', 'o2', undefined)
    .chain((o) => fc.constantFrom(run.redriven(o), run.discarded(o), run.reopened(o))),
  fc
    .tuple(fc.integer({ min: 1, max: 3 }), on, fc.boolean(), fc.boolean())
    .map(([n, o, re, again]) => run.claimed(n, o, re, again)),
);
/** Noise around the story of one worker after another that mostly fits, so that runs get far. */
const step = fc.record({ what: fc.integer({ min: 0, max: 12 }), noise: fc.array(event, { maxLength: 2 }) });
const story = fc.array(step, { maxLength: 14 }).map((steps) => {
  const events: RunLifeEvent[] = [];
  for (const { what, noise } of steps) {
    const state = tell(events).state;
    events.push(fitting(what, state), ...noise);
  }
  return events;
});

function fitting(what: number, state: ReturnType<typeof tell>['state']): RunLifeEvent {
  if (!state) return what % 2 ? run.planned(5000, { expiresAt: 6000 }) : run.queued({}, { expiresAt: 6000 });
  const next = nextQueueing(state);
  if (next && (queueAt(state) !== undefined || state.limitKey !== undefined))
    return what === 0 ? run.rescheduled(22_000) : aware(run.queued(next, { expiresAt: 6000 }), state);
  const o = { ...state, workerId: state.workerId ?? 'w1' };
  const all = [run.started, run.failed, run.snoozed, run.returned, run.succeeded, run.limited, run.failed, run.dead];
  if (what === 6) return run.rescheduled(24_000, 9);
  if (what > 10) return run.buried(what === 11 ? 'expired-lease' : 'poison', o);
  if (what === 10) return run.claimed(state.claim + 1, { ...o, workerId: 'w2' }, false, true);
  return what > 7 ? run.claimed(state.claim + 1, { ...o, workerId: 'w2' }, what === 9) : (all[what] ?? run.started)(o);
}
/** Queued by a scheduler that knows all there is to know. */
const aware = (event: RunEventOf<'RunQueued'>, { reschedules, priority }: RunState): RunLifeEvent => ({
  ...event,
  run: { ...event.run, priority },
  ...(reschedules !== undefined && { reschedules }),
});
/** The story of a run, its end as a dead letter, and more noise. */
const deadLog = fc.tuple(story, fc.boolean(), fc.array(event, { maxLength: 12 })).map(([events, dies, noise]) => {
  const state = tell(events).state;
  return state && dies ? [...events, run.dead({ ...state, workerId: 'w1' }), ...noise] : [...events, ...noise];
});
const letterOf = (state: ReturnType<typeof tell>['state']) => ({
  deadLetter: state?.deadLetter,
  operations: state?.operations,
});
const SAYS_STARTED = new Set<RunLifeEvent['type']>([
  'RunStarted',
  'RunClaimed',
  'RunSucceeded',
  'RunAttemptFailed',
  'RunSnoozed',
  'RunCancelled',
]);
const takenWhileStarted = (told: ReturnType<typeof tell>['told']): number =>
  told.filter((t, i) => t.accepted && t.event.type === 'RunClaimed' && told[i - 1]?.state?.started && !t.state?.started)
    .length;
const anyLog = fc.oneof(fc.array(event, { maxLength: 40 }), story);

const isAboutLetter = ({ type }: RunLifeEvent) => type.startsWith('RunDeadLetter');

describe('whatever is in the log, in whatever order and however often', () => {
  it('a run ends at most once, and nothing but its dead letter changes after its end', () => {
    fc.assert(
      fc.property(anyLog, (events) => {
        const { told } = tell(events);
        let ended = false;
        let told_ = 0;
        for (const { event, state, accepted, effects } of told) {
          if (ended) expect((accepted && !isAboutLetter(event)) || effects.length > 0).toBe(false);
          told_ += effects.filter((e) => e.kind === 'notify-run').length;
          ended = state !== undefined && isTerminal(state.status);
          expect(told_).toBe(ended ? 1 : 0);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('a dead letter is open after its last attempt failed, redriven at most once, and then for good', () => {
    fc.assert(
      fc.property(deadLog, (events) => {
        const { told } = tell(events);
        let redriven = 0;
        for (const [i, { event, state, accepted }] of told.entries()) {
          const before = told[i - 1]?.state;
          if (!state) continue;
          expect(state.deadLetter !== undefined).toBe(state.status === 'FAILED');
          if (!isAboutLetter(event)) continue;
          if (!accepted)
            expect({ ...state, revision: 0, timelineCount: 0 }).toEqual({ ...before, revision: 0, timelineCount: 0 });
          else
            expect({ ...state, ...letterOf(before) }).toEqual({
              ...before,
              revision: state.revision,
              timelineCount: state.timelineCount,
            });
          if (accepted && event.type === 'RunDeadLetterRedriven') redriven++;
          if (before?.deadLetter === 'REDRIVEN') expect(accepted).toBe(false);
        }
        expect(redriven).toBeLessThanOrEqual(1);
      }),
      { numRuns: 1000 },
    );
  });

  it('attempts stay within the policy; delivery and revision only grow, and so do claims of one delivery', () => {
    fc.assert(
      fc.property(anyLog, (events) => {
        const { told } = tell(events);
        for (const [i, { state }] of told.entries()) {
          const before = told[i - 1]?.state;
          if (!state || !before) continue;
          expect(state.delivery).toBeGreaterThanOrEqual(before.delivery);
          expect(state.attempt).toBeGreaterThanOrEqual(before.attempt);
          expect(state.attempt).toBeLessThanOrEqual(state.maxAttempts);
          if (state.delivery === before.delivery) expect(state.claim).toBeGreaterThanOrEqual(before.claim);
          else expect(state.claim).toBe(0);
          expect(state.revision).toBe(before.revision + 1);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('a refused event changes nothing but the counts', () => {
    fc.assert(
      fc.property(anyLog, (events) => {
        const { told } = tell(events);
        for (const [i, { state, accepted }] of told.entries()) {
          const before = told[i - 1]?.state;
          if (accepted || !before || !state) continue;
          const { revision, timelineCount } = before;
          expect({ ...state, revision, timelineCount }).toEqual(before);
        }
      }),
    );
  });

  it('an event stored twice counts once', () => {
    fc.assert(
      fc.property(anyLog, (events) => {
        const once = tell(events);
        const twice = tell(events.flatMap((e): RunLifeEvent[] => (e.type === 'RunProgressed' ? [e] : [e, e])));
        // A reschedule to the time it has is accepted, and changes nothing.
        const counted = (told: typeof once.told) =>
          told.filter((t) => t.accepted && t.event.type !== 'RunRescheduled').map((t) => t.event);
        expect(counted(twice.told)).toEqual(counted(once.told));
        expect(twice.told.flatMap((t) => t.effects)).toHaveLength(once.told.flatMap((t) => t.effects).length);
      }),
    );
  });

  it('a start, claim or end that a reschedule comes just before counts as if nobody had rescheduled', () => {
    fc.assert(
      fc.property(anyLog, fc.constantFrom(run.rescheduled(), run.rescheduled(0, 9)), (events, reschedule) => {
        const { told } = tell(events);
        for (const [i, { event, accepted, state }] of told.entries()) {
          const before = told[i - 1]?.state;
          if (!accepted || !state || before?.status !== 'QUEUED' || !SAYS_STARTED.has(event.type)) continue;
          const after = tell([...events.slice(0, i), reschedule, event]);
          expect(after.told.at(-1)?.accepted).toBe(true);
          expect(after.state).toMatchObject({ status: state.status, delivery: state.delivery, superseded: undefined });
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('a superseded run waits for its time, and only what was queued before its reschedule makes it so', () => {
    fc.assert(
      fc.property(anyLog, (events) => {
        const { told } = tell(events);
        for (const { state } of told) {
          if (!state?.superseded) continue;
          expect(state.status).toBe('SCHEDULED');
          expect(state.reschedules).toBeGreaterThan(0);
          expect(state.queuedSeq).toBeDefined();
          expect(queueAt(state)).toBeDefined();
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('a run that waits for its time has asked for exactly that queueing; one that waits in the log for none', () => {
    fc.assert(
      fc.property(anyLog, (events) => {
        const { told } = tell(events);
        const asked = new Map<number, number>();
        let reschedules = 0;
        for (const { event, accepted, state, effects } of told) {
          if (accepted && event.type === 'RunRescheduled') reschedules++;
          for (const effect of effects) {
            if (effect.kind !== 'queue-run') continue;
            if (reschedules === 0) expect(asked.has(effect.run.delivery)).toBe(false);
            asked.set(effect.run.delivery, effect.run.at);
          }
          if (!state) continue;
          const at = queueAt(state);
          if (at !== undefined) expect(asked.get(nextQueueing(state)?.delivery ?? -1)).toBe(at);
          if (state.status === 'SCHEDULED' || state.status === 'RETRYING') expect(at).toBeDefined();
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('the timeline has as many entries as were counted, and at most one attempt runs', () => {
    fc.assert(
      fc.property(anyLog, (events) => {
        const { told, state } = tell(events);
        const stored = told
          .filter((t) => t.shown > 0)
          .map((t, i) => storedEvent(t.event, { at: 1000 + i, seq: i + 1, actor: 'test' }, t.accepted));
        expect(timelineOf(stored)).toHaveLength(state?.timelineCount ?? 0);
        const attempts = attemptsOf(stored);
        expect(attempts.filter((a) => a.status === 'RUNNING')).toHaveLength(state?.started ? 1 : 0);
        const lost = attempts.filter((a) => a.status === 'LOST');
        // Whoever is taken from loses it when the claim is told; ends of their own all come at 2500.
        expect(lost.filter((a) => Number(a.finishedAt) < 2000)).toHaveLength(takenWhileStarted(told));
        const buried = attempts.filter((a) => a.startedAt === undefined);
        expect(buried.length).toBeLessThanOrEqual(state?.status === 'FAILED' ? 1 : 0);
      }),
      { numRuns: 1000 },
    );
  });
});
