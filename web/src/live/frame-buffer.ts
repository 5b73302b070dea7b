/**
 * Gathers live changes and hands them over once per animation frame, newest per key, so that thousands of updates a
 * second cost sixty renders. It holds at most one value per key; a background tab, which has no frames, flushes every
 * second instead, so nothing piles up there either.
 */
export interface FrameBuffer<T> {
  push: (key: string, value: T) => void;
  /** Drops what is waiting and stops. */
  dispose: () => void;
}

export interface FrameClock {
  /** Calls back once, at the next frame; returns how to call it off. */
  next: (run: () => void) => () => void;
}

export const browserFrames: FrameClock = {
  next: (run) => {
    if (document.visibilityState === 'hidden') {
      const timer = setTimeout(run, 1_000);
      return () => clearTimeout(timer);
    }
    const frame = requestAnimationFrame(run);
    return () => cancelAnimationFrame(frame);
  },
};

export function frameBuffer<T>(flush: (values: T[]) => void, frames: FrameClock = browserFrames): FrameBuffer<T> {
  const waiting = new Map<string, T>();
  let cancel: (() => void) | undefined;

  const run = () => {
    cancel = undefined;
    const values = [...waiting.values()];
    waiting.clear();
    flush(values);
  };

  return {
    push(key, value) {
      waiting.set(key, value);
      cancel ??= frames.next(run);
    },
    dispose() {
      cancel?.();
      cancel = undefined;
      waiting.clear();
    },
  };
}
