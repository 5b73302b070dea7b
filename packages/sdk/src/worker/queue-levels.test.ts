import { describe, expect, it } from 'vitest';
import { defineHandler } from '../define/define-handler.js';
import { wantedLevels } from './queue-levels.js';
import { Runners } from './runners.js';

const keep = <T extends { name: string }>(...states: T[]) =>
  new Map(states.map((state) => [state.name, { state, seq: 1 }]));
const queue = (name: string, over = {}) => ({ name, levels: [5], ...over });
const job = (name: string, queueName: string) => ({ name, queue: queueName, kind: 'HANDLER' });
const allowances = {
  of: ({ name }: { name: string }) => (name === 'limited' ? {} : undefined),
  closeAllBut: () => undefined,
};

function seldom(queues: object[], jobs: object[], own: string[]) {
  const runners = new Runners(
    own.map((name) => defineHandler(name, {}, () => null)),
    [],
  );
  const store = { queues: keep(...(queues as never[])), jobs: keep(...(jobs as never[])) };
  const levels = wantedLevels(store as never, undefined, allowances as never, runners);
  return levels.map((level) => level.seldom);
}

describe('a worker pulls', () => {
  it('seldom from a queue of which it carries out none of the jobs', () => {
    const queues = [queue('mine'), queue('theirs'), queue('both'), queue('new')];
    const jobs = [job('a', 'mine'), job('b', 'theirs'), job('b2', 'both'), job('a2', 'both')];
    expect(seldom(queues, jobs, ['a', 'a2'])).toEqual([false, true, false, false]);
  });

  it('from a limited queue like from any other: looking costs a permit', () => {
    expect(seldom([queue('limited')], [job('b', 'limited')], [])).toEqual([false]);
  });
});
