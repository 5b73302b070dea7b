import fc from 'fast-check';
import { expect, it } from 'vitest';
import { placeInLine, sinceOfPlace } from './place-in-line.js';

const priority = fc.integer({ min: 1, max: 10 });
const at = fc.integer({ min: 1.7e12, max: 2e12 });

it('a place tells since when somebody waits', () => {
  fc.assert(fc.property(at, priority, (since, of) => sinceOfPlace(placeInLine(since, of), of) === since));
  expect(placeInLine(1_000, 5)).toBe(1_000);
});

it('of those who came together the urgent go first, and of equals whoever came first', () => {
  fc.assert(
    fc.property(at, priority, priority, (since, one, other) => {
      expect(Math.sign(placeInLine(since, one) - placeInLine(since, other))).toBe(Math.sign(other - one));
      expect(placeInLine(since, one)).toBeLessThan(placeInLine(since + 1, one));
    }),
  );
});

it('whoever has waited a minute longer for each step goes before the urgent', () => {
  const minutes = (n: number) => n * 60_000;
  expect(placeInLine(0, 1)).toBeLessThan(placeInLine(minutes(9) + 1, 10));
  expect(placeInLine(0, 1)).toBeGreaterThan(placeInLine(minutes(9) - 1, 10));
});
