import { describe, expect, it } from 'vitest';
import { formatRate } from './success-rate';

describe('a success rate', () => {
  it.each([
    [1, '100%'],
    [0.9996, '99.9%'],
    [0.98, '98%'],
    [0.333, '33.3%'],
    [0, '0%'],
    [null, '–'],
    [1.2, '100%'],
  ])('%s reads %s', (rate, text) => {
    expect(formatRate(rate)).toBe(text);
  });
});
