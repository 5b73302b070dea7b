import { describe, expect, it } from 'vitest';
import * as run from './run-story.js';
import { when } from './run-story.js';

describe('a dead letter', () => {
  const failed = [run.queued(), run.dead()];
  it.each([
    ['OPEN', [], { redriven: 'REDRIVEN', discarded: 'DISCARDED', reopened: undefined }],
    ['DISCARDED', [run.discarded()], { redriven: undefined, discarded: undefined, reopened: 'OPEN' }],
    ['REDRIVEN', [run.redriven()], { redriven: undefined, discarded: undefined, reopened: undefined }],
    [
      'OPEN again',
      [run.discarded(), run.reopened()],
      { redriven: 'REDRIVEN', discarded: 'DISCARDED', reopened: undefined },
    ],
  ] as const)('that is %s can become what its state allows, and nothing else', (_, before, becomes) => {
    const asked = { redriven: run.redriven(), discarded: run.discarded(), reopened: run.reopened() };
    for (const [name, event] of Object.entries(asked)) {
      const wanted = becomes[name as keyof typeof becomes];
      const was = when(...failed, ...before).state?.deadLetter;
      const now = when(...failed, ...before, event);
      expect(now.accepted, name).toBe(wanted !== undefined);
      expect(now, name).toMatchObject({
        effects: [],
        shown: 1,
        state: { status: 'FAILED', deadLetter: wanted ?? was },
      });
    }
  });

  it('is none unless the run has failed', () => {
    for (const lived of [[run.queued()], [run.queued(), run.succeeded()], [run.queued(), run.cancelRequested()]])
      for (const event of [run.redriven(), run.discarded(), run.reopened()])
        expect(when(...lived, event)).toMatchObject({ accepted: false, state: { deadLetter: undefined } });
  });
});

describe('the operations of a run', () => {
  it('are those that made or changed it, each once; one that came too late is not among them', () => {
    const made = run.queued({}, { operationId: 'made' });
    const letter = [made, run.dead(), run.discarded('a'), run.discarded('late'), run.reopened('b'), run.discarded('a')];
    expect(when(...letter).state?.operations).toEqual(['made', 'a', 'b']);
    expect(when(run.queued(), { ...run.cancelRequested(), operationId: 'c' }).state?.operations).toEqual(['c']);
    expect(
      when(run.queued(), run.succeeded(), { ...run.cancelRequested(), operationId: 'c' }).state?.operations,
    ).toBeUndefined();
    // What a redrive made is another run; the letter only led to it.
    expect(when(run.queued(), run.dead(), run.redriven('r')).state?.operations).toBeUndefined();
  });

  it('are the last twenty', () => {
    const back = Array.from({ length: 30 }, (_, n) => [run.discarded(`d${n}`), run.reopened(`r${n}`)]).flat();
    const { operations } = when(run.queued(), run.dead(), ...back).state ?? {};
    expect(operations).toHaveLength(20);
    expect(operations?.at(-1)).toBe('r29');
  });
});
