import { isLookDue, MOST_PER_PULL } from './plan-pulls.js';
import type { PullAllowance, PullLevel } from './pull-loop-types.js';

/** Credits that were not used for so long go back: another worker may have slots for them. */
const IDLE_MS = 200;

interface Level {
  level: Pick<PullLevel, 'allowance'>;
  nonEmpty: boolean;
  /** When a message was heard of since; 0: none was. */
  hintedAt?: number;
  /** What is under way may have been taken by another. */
  brief?: boolean;
  notBefore: number;
  remaining: number;
  lastAskedAt: number;
}

/** Gets what limited queues could use, and gives back what they cannot, before each round of pulls. */
export function createFitAllowances(now: () => number = Date.now): (levels: readonly Level[], free: number) => void {
  /** Since when an allowance has had credits that nobody asked for. */
  const idleSince = new WeakMap<PullAllowance, number>();
  return (levels, free) => {
    const at = now();
    for (const [allowance, own] of groups(levels)) {
      const underWay = own.reduce((sum, { remaining }) => sum + remaining, 0);
      const spare = allowance.credits() - underWay;
      const able = own.filter(({ notBefore }) => notBefore <= at);
      const full = able.some(({ nonEmpty }) => nonEmpty);
      const due = able.some(({ hintedAt, lastAskedAt }) => hintedAt || isLookDue(lastAskedAt, levels.length, at));
      if (spare <= 0) {
        idleSince.delete(allowance);
        const answered = own.every(({ remaining, brief }) => remaining === 0 || brief);
        if (free > 0 && answered && (full || due)) allowance.want(full ? Math.min(free, MOST_PER_PULL) : 1);
        continue;
      }
      const since = idleSince.get(allowance) ?? at;
      idleSince.set(allowance, since);
      const useless = free === 0 || (!full && !due);
      if (useless || at - since >= IDLE_MS) {
        idleSince.delete(allowance);
        allowance.unused(spare);
      }
    }
  };
}

function groups(levels: readonly Level[]): Map<PullAllowance, Level[]> {
  const found = new Map<PullAllowance, Level[]>();
  for (const one of levels) {
    const { allowance } = one.level;
    if (!allowance) continue;
    const own = found.get(allowance);
    if (own) own.push(one);
    else found.set(allowance, [one]);
  }
  return found;
}
