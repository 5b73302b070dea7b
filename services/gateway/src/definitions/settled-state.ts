import type { StateStore } from '@jobflow/platform';
import type { Context } from '../context/context.js';
import { timeout } from '../errors/refusals.js';

const WAIT_MS = 2_000;

/**
 * The definitions in memory, at or after what the client asked to read at. The read model has passed that position
 * already, so this waits for a moment at most.
 */
export async function settledState(ctx: Context): Promise<StateStore> {
  const wanted = Math.max(ctx.positions.wanted?.state ?? 0, ctx.positions.written?.state ?? 0);
  if (wanted <= ctx.stateStore.seq() || (await ctx.stateStore.waitFor(wanted, WAIT_MS))) return ctx.stateStore;
  throw timeout('This gateway has not yet seen the definitions at your position. Try again.', WAIT_MS);
}
