import type { JobState } from '@jobflow/contracts';
import { describe, expect, it } from 'vitest';
import type { JobDefinitionOptions } from '../define/define-job.js';
import { jobStateOf } from '../define/job-state.js';
import { decideRegistration, definitionHash } from './decide-registration.js';

const wanted = (options: JobDefinitionOptions = {}, now = 2_000) => jobStateOf('mail', options, now, 'system:worker');
const v1 = { title: 'One', input: { type: 'object', required: ['to'] } };
const v2 = { title: 'Two', input: { type: 'object', required: ['to', 'subject'] } };

function saved(options: JobDefinitionOptions, kept?: JobState): JobState {
  const decided = decideRegistration(wanted(options), kept, kept !== undefined);
  if (decided.kind !== 'save') throw new Error(decided.kind);
  return decided.job;
}
const edited = (job: JobState, fields: Partial<JobState>): JobState => ({
  ...job,
  ...fields,
  revision: job.revision + 1,
  updatedBy: 'user:1',
});

describe('the job of a handler', () => {
  it('is created if there never was one, and not if it was deleted', () => {
    expect(decideRegistration(wanted(v1), undefined, false)).toMatchObject({ kind: 'save', job: { revision: 1 } });
    expect(decideRegistration(wanted(v1), undefined, true)).toEqual({ kind: 'deleted' });
  });

  it('follows its handler’s code as long as nobody edits it', () => {
    const first = saved(v1);
    expect(decideRegistration(wanted(v1), first, true)).toEqual({ kind: 'current' });
    const second = saved(v2, { ...first, createdAt: 1_000 });
    expect(second).toMatchObject({ title: 'Two', revision: 2, createdAt: 1_000, updatedAt: 2_000 });
    expect(second.inputSchema).toEqual(v2.input);
  });

  it('that was edited is left alone, and what differs is named', () => {
    const job = edited(saved(v1), { title: 'Mine', priority: 1 });
    expect(decideRegistration(wanted(v1), job, true)).toEqual({ kind: 'current' });
    expect(decideRegistration(wanted(v2), job, true)).toEqual({
      kind: 'theirs',
      differs: ['title', 'inputSchema', 'priority'],
    });
  });

  it('that was switched off stays off, and still follows its code', () => {
    expect(saved(v2, edited(saved(v1), { enabled: false }))).toMatchObject({ title: 'Two', enabled: false });
  });

  it('made by a person is theirs, unless it says the same', () => {
    const theirs = { ...wanted(v1), createdBy: 'user:1', updatedBy: 'user:1' };
    expect(decideRegistration(wanted(v2), theirs, true)).toMatchObject({ kind: 'theirs' });
    expect(decideRegistration(wanted(v1), theirs, true)).toEqual({ kind: 'current' });
  });

  it('does not flap while old and new workers start in turn', () => {
    let job = saved(v2, saved(v1));
    const revision = job.revision;
    for (const options of [v1, v2, v1, v1, v2]) {
      const decided = decideRegistration(wanted(options), job, true);
      expect(decided.kind).toBe(options === v1 ? 'older' : 'current');
      if (decided.kind === 'save') job = decided.job;
    }
    expect(job.revision).toBe(revision);
  });

  it('goes back a version when it is asked to, and then stays there', () => {
    const newer = saved(v2, saved(v1));
    const back = decideRegistration(wanted(v1), newer, true, 'always');
    expect(back).toMatchObject({ kind: 'save', job: { title: 'One', revision: 3 } });
    if (back.kind !== 'save') throw new Error(back.kind);
    expect(decideRegistration(wanted(v1), back.job, true, 'always')).toEqual({ kind: 'current' });
    expect(decideRegistration(wanted(v2), back.job, true)).toEqual({ kind: 'older' });
    const mine = edited(back.job, { title: 'Mine' });
    expect(decideRegistration(wanted(v1), mine, true, 'always')).toMatchObject({ kind: 'save', job: { title: 'One' } });
  });

  it('made by a worker before definitions were remembered counts as unedited', () => {
    const { registered: _, ...old } = saved(v1);
    expect(decideRegistration(wanted(v2), old, true)).toMatchObject({ kind: 'save', job: { title: 'Two' } });
    expect(decideRegistration(wanted(v2), edited(old, { title: 'Mine' }), true)).toMatchObject({ kind: 'theirs' });
  });

  it('has the same digest whatever order its fields are in, and remembers a bounded number of them', () => {
    const there = JSON.parse(JSON.stringify(wanted(v1))) as JobState;
    expect(
      definitionHash({
        ...there,
        retry: Object.fromEntries(Object.entries(there.retry).reverse()) as JobState['retry'],
      }),
    ).toBe(definitionHash(wanted(v1)));
    let job = saved(v1);
    for (let n = 0; n < 40; n++) job = saved({ title: `v${n}` }, job);
    expect(job.registered?.earlier).toHaveLength(20);
  });
});
