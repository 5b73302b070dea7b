import type { Clock, Timer } from '@jobflow/platform';

/** Calls once for all that was asked within so many milliseconds of the first. */
export function coalesced(clock: Clock, ms: number, fn: () => void): { call(): void; cancel(): void } {
  let timer: Timer | undefined;
  return {
    call() {
      timer ??= clock.setTimer(ms, () => {
        timer = undefined;
        fn();
      });
    },
    cancel() {
      timer?.cancel();
    },
  };
}
