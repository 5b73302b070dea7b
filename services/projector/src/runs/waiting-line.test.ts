import type { RunState } from '@jobflow/domain';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { WaitingLine } from './waiting-line.js';

const waiter = (id: string, limitedSince: number) => ({ id, limitedSince }) as RunState;

it('the first of a line is who has waited longest, then who has the least id, whoever came, moved and left', () => {
  const change = fc.oneof(
    fc.record({ put: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g'), since: fc.nat(5) }),
    fc.record({ drop: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g') }),
    fc.constant('take' as const),
  );
  fc.assert(
    fc.property(fc.array(change, { maxLength: 60 }), (changes) => {
      const line = new WaitingLine();
      const model = new Map<string, RunState>();
      const firstOf = () =>
        [...model.values()].sort((a, b) => (a.limitedSince ?? 0) - (b.limitedSince ?? 0) || (a.id < b.id ? -1 : 1))[0];
      for (const one of changes) {
        if (one === 'take') {
          const first = firstOf();
          if (first) line.delete(first.id);
          if (first) model.delete(first.id);
        } else if ('put' in one) {
          const state = waiter(one.put, one.since);
          line.put(state);
          model.set(one.put, state);
        } else {
          line.delete(one.drop);
          model.delete(one.drop);
        }
        expect(line.first()).toBe(firstOf());
      }
    }),
    { numRuns: 500 },
  );
});
