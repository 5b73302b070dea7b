import type { Timer } from '@jobflow/platform';
import type { Context } from '../context/context.js';

export interface Pace {
  /** Between two pulses at least. */
  minMs: number;
  /** Even if nothing changes, since rates fall and workers fall silent by time alone. */
  maxMs: number;
}

/**
 * When to look again: at once, then whenever the read model has changed, paced; until the subscription ends.
 * Registered with the feed before the first look, so that no change falls in between.
 */
export async function* pulses(
  { live, clock, signal }: Pick<Context, 'live' | 'clock' | 'signal'>,
  { minMs, maxMs }: Pace,
): AsyncGenerator<void, void, void> {
  const ticks = live.changes(signal)[Symbol.asyncIterator]();
  const aborted = new Promise<'aborted'>((resolve) => {
    if (signal.aborted) resolve('aborted');
    else signal.addEventListener('abort', () => resolve('aborted'), { once: true });
  });
  let timer: Timer | undefined;
  const sleep = (ms: number) =>
    new Promise<'slept'>((resolve) => {
      timer = clock.setTimer(ms, () => resolve('slept'));
    });
  try {
    for (let next = ticks.next(); !signal.aborted; ) {
      yield;
      if ((await Promise.race([sleep(minMs), aborted])) === 'aborted') return;
      const first = await Promise.race([next, sleep(maxMs - minMs), aborted]);
      timer?.cancel();
      if (first === 'slept') continue;
      if (first === 'aborted' || first.done) return;
      next = ticks.next();
    }
  } finally {
    timer?.cancel();
    await ticks.return?.();
  }
}

/** Looks at every pulse, and tells what differs from what was told before. */
export async function* changing<T>(beats: AsyncIterable<void>, look: () => Promise<T>): AsyncGenerator<T, void, void> {
  let told: string | undefined;
  for await (const _ of beats) {
    const seen = await look();
    const text = JSON.stringify(seen);
    if (text === told) continue;
    told = text;
    yield seen;
  }
}
