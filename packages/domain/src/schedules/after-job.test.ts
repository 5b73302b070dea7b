import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { afterJobCycle, type Following, followsEnd, type RunEnd } from './after-job.js';

const follower: Following = {
  kind: 'AFTER_JOB',
  afterJob: 'a',
  afterStatuses: ['SUCCEEDED', 'EXPIRED'],
  activeSince: 1_000,
  enabled: true,
};
const end: RunEnd = { job: 'a', status: 'SUCCEEDED', finishedAt: 2_000, test: false };

describe('a schedule that follows a job', () => {
  it.each<[string, Partial<Following>, Partial<RunEnd>, boolean]>([
    ['an end of the job', {}, {}, true],
    ['an end of another status that it names', {}, { status: 'EXPIRED' }, true],
    ['an end of a status that it does not name', {}, { status: 'FAILED' }, false],
    ['a success, if it names no status', { afterStatuses: undefined }, {}, true],
    ['a failure, if it names no status', { afterStatuses: [] }, { status: 'FAILED' }, false],
    ["another job's end", {}, { job: 'b' }, false],
    ['a run that tries the job out', {}, { test: true }, false],
    ['an end before it was made, edited or resumed', {}, { finishedAt: 999 }, false],
    ['an end at that very moment', {}, { finishedAt: 1_000 }, false],
    ['an end before it starts', { startsAt: 2_001 }, {}, false],
    ['an end as it starts', { startsAt: 2_000 }, {}, true],
    ['an end as it ends', { endsAt: 2_000 }, {}, true],
    ['an end after it ended', { endsAt: 1_999 }, {}, false],
    ['an end while it is disabled', { enabled: false }, {}, false],
    ['nothing, if it is of another kind', { kind: 'CRON' }, {}, false],
  ])('follows %s: %#', (_what, schedule, run, follows) => {
    expect(followsEnd({ ...follower, ...schedule }, { ...end, ...run })).toBe(follows);
  });
});

const link = (afterJob: string, job: string, over: object = {}) => ({
  id: `${afterJob}>${job}`,
  kind: 'AFTER_JOB' as const,
  enabled: true,
  afterJob,
  job,
  ...over,
});

describe('a chain of schedules', () => {
  it('that leads back to its own cause is told, in the order in which the jobs would run', () => {
    expect(afterJobCycle(link('a', 'a'), [])).toEqual(['a', 'a']);
    expect(afterJobCycle(link('a', 'b'), [link('b', 'c'), link('c', 'a')])).toEqual(['a', 'b', 'c', 'a']);
  });
  it('that fans out and comes together again is none', () => {
    expect(afterJobCycle(link('a', 'b'), [link('a', 'c'), link('b', 'd'), link('c', 'd')])).toBeUndefined();
  });
  it('is cut by what is disabled, of another kind, or what this schedule itself was before', () => {
    expect(afterJobCycle(link('a', 'b'), [link('b', 'a', { enabled: false })])).toBeUndefined();
    expect(afterJobCycle(link('a', 'b'), [link('b', 'a', { kind: 'CRON' })])).toBeUndefined();
    expect(afterJobCycle(link('a', 'b'), [link('b', 'a', { id: 'a>b' })])).toBeUndefined();
  });
  it('made only of links that were let pass never leads back', () => {
    const job = fc.constantFrom(...'abcdef');
    fc.assert(
      fc.property(fc.array(fc.tuple(job, job), { maxLength: 25 }), (pairs) => {
        const links: ReturnType<typeof link>[] = [];
        for (const [n, [from, to]] of pairs.entries()) {
          const next = link(from, to, { id: `${n}` });
          if (!afterJobCycle(next, links)) links.push(next);
        }
        // Whatever can be taken away because nothing leads to it, is: nothing is left.
        let left = links;
        for (let before = -1; before !== left.length; ) {
          before = left.length;
          const reached = new Set(left.map((one) => one.job));
          left = left.filter((one) => reached.has(one.afterJob));
        }
        expect(left).toEqual([]);
      }),
    );
  });
});
