import { ZERO } from '@jobflow/contracts';
import type { Context } from '../context/context.js';
import { logGauge } from './log-gauge.js';

/** What was made so lately, and is not in the read model, may be on its way there. */
export const JUST_MADE_MS = 30_000;
const CATCH_UP_MS = 2_000;

/**
 * Waits up to 2 s until the read model has all that is in the run log now, and says whether it has. Throws if NATS does
 * not say where the log ends.
 */
export async function catchUpWithLog(ctx: Context): Promise<boolean> {
  const end = await logGauge(ctx).end();
  return ctx.live.waitForPosition({ ...ZERO, runs: end }, CATCH_UP_MS);
}
