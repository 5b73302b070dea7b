import { describe, expect, it } from 'vitest';
import { letterFilter, lettersInWords } from './dlq-search';

describe('the dead letters that an address means', () => {
  it('are open ones, of one job or of all', () => {
    expect(letterFilter({})).toEqual({ deadLetter: ['OPEN'] });
    expect(letterFilter({ job: 'a' })).toEqual({ deadLetter: ['OPEN'], jobs: ['a'] });
  });

  it('are those of the chosen groups; on the page of one group, of that one', () => {
    expect(letterFilter({ job: 'a' }, ['f1', 'f2'])).toEqual({
      deadLetter: ['OPEN'],
      jobs: ['a'],
      fingerprints: ['f1', 'f2'],
    });
    expect(letterFilter({ group: 'f3' }, ['f1'])).toEqual({ deadLetter: ['OPEN'], fingerprints: ['f3'] });
  });

  it('are counted in words', () => {
    expect([lettersInWords(1), lettersInWords(1_200)]).toEqual(['1 dead letter', '1,200 dead letters']);
  });
});
