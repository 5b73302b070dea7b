import type { Clock } from './clock.js';

/** A clock that stands still until told. */
export interface TestClock extends Clock {
  /** Moves on, firing what falls due, in order; waits for what that sets off. */
  advance(ms: number): Promise<void>;
  /** How many timers are set. */
  timers(): number;
}

export function testClock(startAt = Date.UTC(2026, 0, 1)): TestClock {
  let now = startAt;
  let order = 0;
  const timers = new Map<number, { at: number; fn: () => void }>();

  const clock: TestClock = {
    now: () => now,
    setTimer: (delayMs, fn) => clock.setTimerAt(now + Math.max(0, delayMs), fn),
    setTimerAt(at, fn) {
      const id = order++;
      timers.set(id, { at: Math.max(at, now), fn });
      return { cancel: () => void timers.delete(id) };
    },
    async advance(ms) {
      const end = now + ms;
      for (;;) {
        await settle();
        const [next] = [...timers].sort(([a, x], [b, y]) => x.at - y.at || a - b);
        if (!next || next[1].at > end) break;
        timers.delete(next[0]);
        now = next[1].at;
        next[1].fn();
      }
      now = end;
      await settle();
    },
    timers: () => timers.size,
  };
  return clock;
}

/** Lets promise chains that the last timer started run to their next wait. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
}
