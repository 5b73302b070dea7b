export const sparkSlots = 20;

export interface SparkSlot<T> {
  x: number;
  height: number;
  outcome: T | undefined;
}

/**
 * Places up to twenty outcomes (oldest first) in a 200 × 32 box, right-aligned, so that the newest is always in the
 * same place. Heights follow the square root of the duration: a run ten times as long still leaves the others visible.
 */
export function sparkBars<T extends { durationMs: number | null }>(outcomes: readonly T[]): SparkSlot<T>[] {
  const last = outcomes.slice(-sparkSlots);
  const longest = Math.max(1, ...last.map((outcome) => outcome.durationMs ?? 0));
  return Array.from({ length: sparkSlots }, (_, slot) => {
    const outcome = last[slot - (sparkSlots - last.length)];
    const height = outcome ? 8 + 24 * Math.sqrt(Math.max(0, outcome.durationMs ?? 0) / longest) : 4;
    return { x: slot * 10 + 1.25, height, outcome };
  });
}
