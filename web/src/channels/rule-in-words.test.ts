import { describe, expect, it } from 'vitest';
import { ruleInWords } from './rule-in-words';

const rule = { jobs: null, queues: null, tags: null, statuses: null, events: null };

describe('an alert rule in words', () => {
  it.each([
    [rule, 'All ended runs'],
    [{ ...rule, statuses: ['FAILED', 'EXPIRED'], jobs: ['email.send'] }, 'Failed or expired runs of email.send'],
    [{ ...rule, queues: ['mail'], tags: ['vip'] }, 'All ended runs in queue mail tagged vip'],
    [{ ...rule, events: ['worker.lost'] }, 'Events: worker.lost'],
  ])('%j', (it, words) => {
    expect(ruleInWords(it)).toBe(words);
  });
});
