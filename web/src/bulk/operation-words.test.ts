import { describe, expect, it } from 'vitest';
import { operationInWords, operationPercent } from './operation-words';

const told = (over: Partial<Parameters<typeof operationInWords>[0]> = {}) => ({
  action: 'REDRIVE' as const,
  status: 'RUNNING' as const,
  total: 5_000,
  done: 1_200,
  failed: 3,
  ...over,
});

describe('an operation in words', () => {
  it('tells how far it is, and in the end only what there is to tell', () => {
    expect(operationInWords(told())).toBe('Redriving 1,200 of 5,000');
    expect(operationInWords(told({ status: 'ABORTED' }))).toBe('Redriven 1,200 of 5,000');
    expect(operationInWords(told({ action: 'DISCARD', status: 'FINISHED', total: 12, done: 12, failed: 0 }))).toBe(
      'Discarded 12',
    );
  });

  it('is never more than complete, nor incomplete when there was nothing to do', () => {
    expect(operationPercent(told())).toBe(24);
    expect(operationPercent(told({ done: 4_997 }))).toBe(100);
    expect(operationPercent(told({ done: 4_996 }))).toBe(99);
    expect(operationPercent(told({ total: 0, done: 0, failed: 0 }))).toBe(100);
  });
});
