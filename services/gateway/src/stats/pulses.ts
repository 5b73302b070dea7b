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
export async function* pulses(ctx: Pick<Context, 'live' | 'clock' | 'signal'>, { minMs, maxMs }: Pace): AsyncGenerator<void, void, void> {
  const ticks = ctx.live.changes(ctx.signal)[Symbol.asyncIterator]();
  const sleep = (ms: number) => new Promise<'over'>((resolve) => ctx.clock.setTimer(ms, () => resolve('over')));
  const aborted = new Promise<'aborted'>((resolve) => {
    if (ctx.signal.aborted) resolve('aborted');
    else ctx.signal.addEventListener('abort', () => resolve('aborted'), { once: true });
  });
  let next = ticks.next();
  try {
    while (!ctx.signal.aborted) {
      yield;
      await Promise.race([sleep(minMs), aborted]);
      const first = await Promise.race([next, sleep(maxMs - minMs), aborted]);
      if (first === 'aborted' || (first !== 'over' && first.done)) return;
      if (first !== 'over') next = ticks.next();
    }
  } finally {
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
