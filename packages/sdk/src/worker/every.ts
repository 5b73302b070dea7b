import type { Clock, Stoppable, Timer } from '@jobflow/platform';

/** Calls again and again, so many milliseconds after the last call ended, until stopped. */
export function every(clock: Clock, ms: number, fn: () => void): Stoppable {
  let timer: Timer | undefined;
  let stopped = false;
  const arm = () => {
    timer = clock.setTimer(ms, () => {
      fn();
      if (!stopped) arm();
    });
  };
  arm();
  return {
    async stop() {
      stopped = true;
      timer?.cancel();
    },
  };
}
