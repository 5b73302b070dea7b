import { describe, expect, it } from 'vitest';
import { stepsOf } from './bounded-pattern.js';

describe('the steps that a pattern may take', () => {
  it.each([
    ['^[a-z]+$', 20, 1_000],
    ['^[^@]+@[^@]+\\.[a-z]{2,}$', 20, 1_000_000],
    ['^(?:red|green|blue)$', 10, 2_000],
    ['^\\d{4}-\\d{2}-\\d{2}$', 10, 100_000],
    ['^[+*?|(){]+$', 20, 1_000],
  ])('are few for %s', (pattern, length, most) => {
    expect(stepsOf(pattern)(length)).toBeLessThan(most);
  });

  it.each(['(a+)+', '(a|b)*c', '(?:ab){2,5}', '(?<=x)(?<name>y)*', '(\\))+'])('have no bound for %s', (pattern) => {
    expect(stepsOf(pattern)(10)).toBe(Number.POSITIVE_INFINITY);
  });

  it('grow with the text, with each quantifier, alternative and back reference', () => {
    const steps = (pattern: string) => stepsOf(pattern)(100);
    expect(stepsOf('a*b')(1_000)).toBeGreaterThan(50 * steps('a*b'));
    expect(steps('a*a*b')).toBeGreaterThan(50 * steps('a*b'));
    expect(steps('a*b')).toBeGreaterThan(50 * steps('^a*b'));
    expect(steps('(a|b)(a|b)')).toBeGreaterThan(steps('(a|b)'));
    expect(steps('(a)\\1')).toBeGreaterThan(50 * steps('(a)1'));
  });
});
