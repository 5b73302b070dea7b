import { describe, expect, it } from 'vitest';
import { GroupCost } from './group-cost.js';

/** A server on which a message of its own takes this long, and a batch 3 ms. */
function learnt(messageMs: number): GroupCost {
  const cost = new GroupCost();
  for (let round = 0; round < 200; round++) {
    for (const messages of [16, 64, 300, 1000]) {
      if (cost.plain(messages)) {
        const window = Math.min(messages, GroupCost.WINDOW);
        cost.tookPlain(window, window * messageMs);
      } else cost.tookBatch(messages, 3 + messages * 0.012);
    }
  }
  return cost;
}

describe('a group of single messages', () => {
  it('goes each on its own where the server does not sync every write', () => {
    const cost = learnt(0.02);
    for (const messages of [2, 10, 50, 100]) expect(cost.plain(messages)).toBe(true);
  });

  it('goes as a batch where it does, unless they are few', () => {
    const cost = learnt(0.2);
    for (const messages of [2, 8]) expect(cost.plain(messages)).toBe(true);
    for (const messages of [50, 300, 1000]) expect(cost.plain(messages)).toBe(false);
  });

  it('tries single messages again after a disk had a bad moment', () => {
    const cost = learnt(0.02);
    for (let i = 0; i < 20; i++) cost.tookPlain(100, 1_000);
    expect(cost.plain(100)).toBe(false);
    let tries = 0;
    while (!cost.plain(100) && tries < 3_000) {
      cost.tookBatch(100, 4.2);
      tries++;
    }
    expect(tries).toBeLessThan(3_000);
  });
});
