import type { AlertRule, ChannelState, NotifyRun } from '@jobflow/contracts';
import { describe, expect, it } from 'vitest';
import { matchChannels } from './match-channels.js';

const channel = (rules: Partial<AlertRule>[], more: Partial<ChannelState> = {}): ChannelState => ({
  id: 'c',
  name: 'c',
  kind: 'WEBHOOK',
  url: 'https://example.com/',
  rules: rules.map((rule) => ({ mode: 'EVERY', ...rule })),
  signatures: ['V1'],
  ordered: false,
  enabled: true,
  revision: 1,
  createdAt: 0,
  updatedAt: 0,
  ...more,
});
const run: NotifyRun = {
  runId: '01936c2e-7a10-7c7b-9a51-0d6c2f0f9a02',
  job: 'a',
  queue: 'q',
  tags: ['x', 'y'],
  status: 'FAILED',
  at: 1,
};

describe('a channel hears of an end', () => {
  it.each<[Partial<AlertRule>, boolean]>([
    [{}, true],
    [{ statuses: [] }, true],
    [{ statuses: ['FAILED'] }, true],
    [{ statuses: ['SUCCEEDED'] }, false],
    [{ jobs: ['a', 'b'] }, true],
    [{ jobs: ['b'] }, false],
    [{ tags: ['y'] }, true],
    [{ tags: ['z'] }, false],
    [{ queues: ['q'], jobs: ['b'] }, false],
    [{ events: ['worker.lost'] }, false],
  ])('by the rule %j: %s', (rule, heard) => {
    expect(matchChannels([channel([rule])], run, 0).length === 1).toBe(heard);
  });

  it('not when it is disabled, nor of a test run', () => {
    expect(matchChannels([channel([{}], { enabled: false })], run, 0)).toEqual([]);
    expect(matchChannels([channel([{}])], { ...run, test: true }, 0)).toEqual([]);
  });

  it('unless every rule that matches is muted', () => {
    expect(matchChannels([channel([{ mutedUntil: 100 }])], run, 50)[0]?.mutedUntil).toBe(100);
    expect(matchChannels([channel([{ mutedUntil: 100 }])], run, 100)[0]?.mutedUntil).toBeUndefined();
    expect(matchChannels([channel([{ mutedUntil: 100 }, {}])], run, 50)[0]?.mutedUntil).toBeUndefined();
  });
});
