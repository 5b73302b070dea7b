/** What the plan needs to know of a level. */
export interface PlannedLevel {
  priority: number;
  nonEmpty: boolean;
  /** A pull is under way, or none may be made now. */
  taken: boolean;
  standing: boolean;
  room: number;
  lastMessageAt: number;
  lastAskedAt: number;
}

export interface Pull<L> {
  level: L;
  batch: number;
  standing: boolean;
}

export interface PlanInput<L extends PlannedLevel> {
  levels: readonly L[];
  /** Slots free and not yet asked for. */
  free: number;
  capacity: number;
  /** This round begins at the bottom. */
  fromBottom: boolean;
  now: number;
}

/** The largest single pull: keeps one level from filling every buffer at once. */
export const MOST_PER_PULL = 1_000;
/** A level without a standing pull is looked at so often. */
const LOOK_EVERY_MS = 200;
/** A standing pull holds a slot back, so only so large a share of them may be held. */
const STANDING_SHARE = 4;

/**
 * Decides which pulls to make. First those that do not wait, on levels that had something: from the top, each with all
 * slots that are left (the level below gets what the one above leaves). Then standing pulls of one on the empty levels,
 * the most recently active first, as many as a quarter of all slots; while some level is busy, only on those above it.
 * Levels left over are looked at from time to time with a pull of one that does not wait.
 */
export function planPulls<L extends PlannedLevel>(input: PlanInput<L>): Pull<L>[] {
  const { levels, capacity, now } = input;
  let free = input.free;
  const pulls: Pull<L>[] = [];
  const take = (level: L, most: number, standing: boolean) => {
    const batch = Math.min(free, most, level.room);
    if (batch < 1) return;
    pulls.push({ level, batch, standing });
    free -= batch;
  };
  const direction = input.fromBottom ? 1 : -1;
  const byPriority = (a: L, b: L) => direction * (a.priority - b.priority) || a.lastAskedAt - b.lastAskedAt;

  const busy = levels.filter((level) => level.nonEmpty && level.room > 0);
  const bottom = input.fromBottom ? levels.filter((level) => !level.taken).sort(byPriority)[0] : undefined;
  if (bottom && !bottom.nonEmpty) take(bottom, 1, false);
  for (const level of busy.filter((one) => !one.taken).sort(byPriority)) take(level, MOST_PER_PULL, false);

  const busiest = Math.max(Number.NEGATIVE_INFINITY, ...busy.map((level) => level.priority));
  const planned = new Set(pulls.map((pull) => pull.level));
  const empty = levels.filter((level) => !level.nonEmpty && !level.taken && !planned.has(level));
  empty.sort((a, b) => b.lastMessageAt - a.lastMessageAt || b.priority - a.priority);
  const allowance = Math.max(levels.length === 1 ? 1 : 0, Math.floor(capacity / STANDING_SHARE));
  let standing = levels.filter((level) => level.standing).length;
  for (const level of empty) {
    if (level.priority > busiest && standing < allowance) {
      take(level, 1, true);
      standing++;
    } else if (now - level.lastAskedAt >= Math.max(LOOK_EVERY_MS, levels.length * 2)) take(level, 1, false);
  }
  return pulls;
}
