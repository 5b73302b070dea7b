import { expect, it } from 'vitest';
import { median, percentile } from './figures.js';

it('a percentile lies between the two values around it, in whatever order they came', () => {
  expect(percentile([40, 10, 30, 20], 0)).toBe(10);
  expect(percentile([40, 10, 30, 20], 100)).toBe(40);
  expect(percentile([40, 10, 30, 20], 50)).toBe(25);
  expect(percentile([5], 99)).toBe(5);
  expect(percentile([], 99)).toBe(0);
});

it('a median is the value in the middle, not the average', () => {
  expect(median([1, 1000, 2])).toBe(2);
  expect(median([9, 10, 100])).toBe(10);
});
