import { ZERO } from '@jobflow/contracts';
import type { Context } from '../context/context.js';
import { timeout } from '../errors/refusals.js';
import { logGauge } from './log-gauge.js';

const FOLDED_WITHIN_MS = 2_000;

/** Waits until the fold has judged what is at this place in the log. */
export async function awaitVerdict(ctx: Context, seq: number, of: 'run' | 'flow'): Promise<void> {
  if (await ctx.live.waitForPosition({ ...ZERO, runs: seq }, FOLDED_WITHIN_MS)) return;
  const lagMs = await logGauge(ctx)
    .lagMs(ctx.live.position().runs)
    .catch(() => FOLDED_WITHIN_MS);
  throw timeout(`The request is in the log, but what became of the ${of} cannot be seen yet. Ask again.`, lagMs);
}
