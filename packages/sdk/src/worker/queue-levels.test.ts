import type { PullLevel } from '@jobflow/platform';
import { describe, expect, it } from 'vitest';
import { defineHandler } from '../define/define-handler.js';
import { wantedLevels } from './queue-levels.js';
import { Runners } from './runners.js';

const keep = <T extends { name: string }>(...states: T[]) =>
  new Map(states.map((state) => [state.name, { state, seq: 1 }]));
const queue = (name: string, over = {}) => ({ name, levels: [5], ...over });
const job = (name: string, queueName: string, kind = 'HANDLER') => ({ name, queue: queueName, kind });
const branch = (name: string, levels = [5]) => ({ kind: 'HANDLER', job: name, levels });
const allowances = {
  of: ({ name }: { name: string }) => (name === 'limited' ? {} : undefined),
  closeAllBut: () => undefined,
};

function wanted(queues: object[], jobs: object[], own: string[], canOther?: () => boolean) {
  const runners = new Runners(
    own.map((name) => defineHandler(name, {}, () => null)),
    [],
  );
  const store = { queues: keep(...(queues as never[])), jobs: keep(...(jobs as never[])) };
  const levels = wantedLevels(store as never, undefined, allowances as never, { runners, canOther });
  const pulls = ({ seldom, room }: PullLevel) => (room?.() === 0 ? 'never' : seldom ? 'seldom' : 'always');
  return Object.fromEntries(levels.map((level) => [level.consumer.name, pulls(level)]));
}

describe('a worker pulls', () => {
  it('seldom from a queue of which it carries out none of the jobs', () => {
    const queues = [queue('mine'), queue('theirs'), queue('both'), queue('new')];
    const jobs = [job('a', 'mine'), job('b', 'theirs'), job('b2', 'both'), job('a2', 'both')];
    expect(wanted(queues, jobs, ['a', 'a2'])).toEqual({
      q_mine_5: 'always',
      q_theirs_5: 'seldom',
      q_both_5: 'always',
      q_new_5: 'always',
    });
  });

  it('from a limited queue like from any other: looking costs a permit', () => {
    expect(wanted([queue('limited')], [job('b', 'limited')], [])).toEqual({ q_limited_5: 'always' });
  });

  it('from the branches of what it carries out, at every priority they have, and from no other', () => {
    const queues = [queue('q', { branches: [branch('a', [1, 5]), branch('b'), { kind: 'HTTP', levels: [5] }] })];
    expect(wanted(queues, [], ['a'])).toEqual({ q_q_5: 'always', q_q_1_h_me: 'always', q_q_5_h_me: 'always' });
  });

  it('seldom from what is left of a queue whose other jobs have branches', () => {
    const queues = [queue('q', { branches: [branch('a')] })];
    expect(wanted(queues, [job('a', 'q'), job('web', 'q', 'HTTP')], ['a'])).toEqual({
      q_q_5: 'seldom',
      q_q_5_h_me: 'always',
    });
  });

  it('now and then from the branches of others, if it is to end what nobody carries out, while nobody does', () => {
    const queues = [queue('q', { branches: [branch('b')] }), queue('limited', { branches: [branch('b')] })];
    const levels = (others: boolean) => wanted(queues, [], [], () => others);
    expect(levels(false)).toMatchObject({ q_q_5_h_mi: 'seldom', q_limited_5_h_mi: 'seldom' });
    expect(levels(true)).toMatchObject({ q_q_5_h_mi: 'never', q_limited_5_h_mi: 'never' });
  });
});
