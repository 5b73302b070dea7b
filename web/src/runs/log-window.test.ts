import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isAtEnd, logWindow, rowHeight } from './log-window';

describe('the window of a log', () => {
  it('is a small slice of a hundred thousand lines', () => {
    const { first, end } = logWindow(50_000 * rowHeight, 600, 100_000);
    expect(first).toBe(49_980);
    expect(end).toBe(50_050);
  });

  it('always covers what is visible and never leaves the log', () => {
    fc.assert(
      fc.property(fc.nat(200_000), fc.nat(2_000), fc.nat(5_000_000), (count, height, top) => {
        const scrollTop = Math.min(top, Math.max(0, count * rowHeight - height));
        const { first, end } = logWindow(scrollTop, height, count);
        expect(first).toBeGreaterThanOrEqual(0);
        expect(end).toBeLessThanOrEqual(count);
        expect(first * rowHeight).toBeLessThanOrEqual(scrollTop);
        if (count > 0)
          expect(end).toBeGreaterThanOrEqual(Math.min(count, Math.floor((scrollTop + height) / rowHeight)));
      }),
    );
  });

  it('knows its end despite fractions of a pixel', () => {
    expect(isAtEnd(399.5, 600, 1_000)).toBe(true);
    expect(isAtEnd(300, 600, 1_000)).toBe(false);
  });
});
