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
  let changed = false;
  let over = signal.aborted;
  let timer: Timer | undefined;
  let wake = () => {};
  // Not a race in each round: one against what stays pending keeps something of every round until that is over.
  const listening = (async () => {
    while (!(await ticks.next()).done) {
      changed = true;
      wake();
    }
    over = true;
    wake();
  })();
  const rest = (ms: number, enough: () => boolean) =>
    new Promise<void>((resolve) => {
      if (enough()) return resolve();
      timer = clock.setTimer(ms, resolve);
      wake = () => {
        if (enough()) resolve();
      };
    }).finally(() => timer?.cancel());
  try {
    while (!over) {
      changed = false;
      yield;
      await rest(minMs, () => over);
      await rest(maxMs - minMs, () => over || changed);
    }
  } finally {
    timer?.cancel();
    await ticks.return?.();
    await listening;
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
