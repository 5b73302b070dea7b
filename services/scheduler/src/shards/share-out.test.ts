import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shareOut } from './share-out.js';

const members = fc.uniqueArray(fc.integer({ min: 0, max: 2 ** 31 - 1 }), { minLength: 1, maxLength: 20 });

describe('sharing out shards', () => {
  it('gives every member its fair share, rounded', () => {
    fc.assert(
      fc.property(members, fc.integer({ min: 1, max: 64 }), (all, shards) => {
        const holders = shareOut(all, shards);
        expect(holders).toHaveLength(shards);
        for (const member of all) {
          const held = holders.filter((h) => h === member).length;
          expect(held).toBeGreaterThanOrEqual(Math.floor(shards / all.length));
          expect(held).toBeLessThanOrEqual(Math.ceil(shards / all.length));
        }
      }),
    );
  });

  it('comes to the same whatever the order of the members', () => {
    fc.assert(
      fc.property(members, (all) => {
        expect(shareOut([...all].reverse(), 16)).toEqual(shareOut(all, 16));
      }),
    );
  });

  it('leaves most where it is when a member comes', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(), { minLength: 4, maxLength: 4 }), (all) => {
        const before = shareOut(all.slice(0, 3), 16);
        const after = shareOut(all, 16);
        expect(after.filter((h, i) => h === before[i]).length).toBeGreaterThanOrEqual(4);
      }),
    );
  });

  it('of nobody is nothing', () => {
    expect(shareOut([], 16)).toEqual([]);
  });
});
