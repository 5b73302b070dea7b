import fc from 'fast-check';
import { expect, it } from 'vitest';
import { TimeHeap } from './time-heap.js';

const step = fc.oneof(
  fc.record({
    do: fc.constant('set' as const),
    key: fc.integer({ min: 0, max: 20 }),
    at: fc.integer({ min: 0, max: 50 }),
  }),
  fc.record({ do: fc.constant('delete' as const), key: fc.integer({ min: 0, max: 20 }), at: fc.constant(0) }),
  fc.record({
    do: fc.constant('take' as const),
    key: fc.integer({ min: 1, max: 5 }),
    at: fc.integer({ min: 0, max: 50 }),
  }),
);

it('a heap is a sorted map, whatever is done to it', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const heap = new TimeHeap<number>();
      const model = new Map<string, number>();
      for (const s of steps) {
        if (s.do === 'set') {
          heap.set(`${s.key}`, s.at, s.at);
          model.set(`${s.key}`, s.at);
        } else if (s.do === 'delete') {
          expect(heap.delete(`${s.key}`)).toBe(model.delete(`${s.key}`));
        } else {
          const taken = heap.takeDue(s.at, s.key);
          const due = [...model.values()].filter((at) => at <= s.at).sort((a, b) => a - b);
          expect(taken.map((t) => t.at)).toEqual(due.slice(0, s.key));
          for (const t of taken) model.delete(t.key);
        }
        expect(heap.size).toBe(model.size);
        expect(heap.nextAt()).toBe(model.size ? Math.min(...model.values()) : undefined);
      }
    }),
  );
});
