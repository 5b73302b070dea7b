/** A timer that was set; cancelling twice, or after it fired, does nothing. */
export interface Timer {
  cancel(): void;
}

/** The time port: everything that waits or asks what time it is does so through one of these. */
export interface Clock {
  /** Whole milliseconds since 1970 UTC. */
  now(): number;
  /** Calls once, this many milliseconds from now. */
  setTimer(delayMs: number, fn: () => void): Timer;
  /** Calls once, at this instant; at once if it has passed. */
  setTimerAt(at: number, fn: () => void): Timer;
}

/** setTimeout fires at once for longer delays than this. */
const LONGEST_MS = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => Date.now(),
  setTimer(delayMs, fn) {
    let left = Math.max(0, delayMs);
    let handle: NodeJS.Timeout;
    const arm = () => {
      const wait = Math.min(left, LONGEST_MS);
      left -= wait;
      handle = setTimeout(left > 0 ? arm : fn, wait);
    };
    arm();
    return { cancel: () => clearTimeout(handle) };
  },
  setTimerAt: (at, fn) => systemClock.setTimer(at - Date.now(), fn),
};
