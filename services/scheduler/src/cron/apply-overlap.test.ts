import { describe, expect, it } from 'vitest';
import { applyOverlap, type EarlierRuns } from './apply-overlap.js';
import type { PlannedTick } from './plan-ticks.js';

const tick = (at: number, outcome: PlannedTick['outcome'] = 'fired'): PlannedTick => ({
  tick: at,
  jitterMs: 0,
  outcome,
});
const free: EarlierRuns = { live: [] };
const busy: EarlierRuns = { live: [{ id: 'r1', queue: 'q' }] };
const ended = [{ from: 0, to: 5 }];
const show = (policy: Parameters<typeof applyOverlap>[0], ticks: PlannedTick[], earlier: EarlierRuns) => {
  const result = applyOverlap(policy, ticks, earlier);
  return result.kind === 'wait' ? 'wait' : result.ticks.map((t) => `${t.tick} ${t.outcome}`);
};

describe('when the run before has not ended', () => {
  it('ALLOW fires all the same', () => {
    expect(show('ALLOW', [tick(1), tick(2)], busy)).toEqual(['1 fired', '2 fired']);
  });
  it('SKIP fires nothing, and says why', () => {
    expect(show('SKIP', [tick(1), tick(2)], busy)).toEqual(['1 skipped', '2 skipped']);
    expect(applyOverlap('SKIP', [tick(1)], busy)).toMatchObject({ ticks: [{ why: 'The run before has not ended' }] });
  });
  it('CANCEL_RUNNING cancels it and fires the last', () => {
    expect(show('CANCEL_RUNNING', [tick(1), tick(2)], busy)).toEqual(['1 skipped', '2 fired']);
    expect(applyOverlap('CANCEL_RUNNING', [tick(1)], busy)).toMatchObject({ cancel: busy.live });
    expect(applyOverlap('CANCEL_RUNNING', [tick(1, 'skipped')], busy)).toMatchObject({ cancel: [] });
  });
  it('QUEUE waits', () => {
    expect(show('QUEUE', [tick(1)], busy)).toBe('wait');
  });
});

describe('when it has ended', () => {
  it('SKIP fires one of several, for that one is then in the others’ way', () => {
    expect(show('SKIP', [tick(1), tick(2)], free)).toEqual(['1 fired', '2 skipped']);
    expect(show('SKIP', [tick(1, 'skipped'), tick(2)], free)).toEqual(['1 skipped', '2 fired']);
  });
  it('QUEUE fires the one that waited and skips the rest that came meanwhile', () => {
    const waited = [tick(1, 'skipped'), tick(2, 'skipped'), tick(9)];
    expect(show('QUEUE', waited, { live: [], busy: ended })).toEqual(['1 fired', '2 skipped']);
  });
  it('QUEUE keeps the end that the one which waited follows', () => {
    const after = { runId: 'r', seq: 7 };
    const waited = [{ ...tick(1, 'skipped'), why: 'late', after }, tick(9)];
    expect(applyOverlap('QUEUE', waited, { live: [], busy: ended })).toEqual({
      kind: 'record',
      ticks: [{ ...tick(1), after }],
      cancel: [],
    });
  });
  it('QUEUE fires on time, one at a time, when nothing waited', () => {
    expect(show('QUEUE', [tick(6), tick(7)], { live: [], busy: ended })).toEqual(['6 fired']);
    expect(show('QUEUE', [tick(6, 'skipped'), tick(7)], free)).toEqual(['6 skipped', '7 fired']);
    expect(show('QUEUE', [tick(6, 'skipped')], free)).toEqual(['6 skipped']);
  });
});
