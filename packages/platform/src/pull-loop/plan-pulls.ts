/** What the plan needs to know of a level. */
export interface PlannedLevel {
  priority: number;
  nonEmpty: boolean;
  /** None may be made now: the consumer is being made, or the server asked for patience. */
  held: boolean;
  /** What the pull under way may still bring; 0: there is none. */
  underWay: number;
  /** The pull under way is a standing one. */
  standing: boolean;
  /** The next message that is published to it will be heard of. */
  listening?: boolean;
  /** When one was heard of, epoch ms; 0: none since it was last asked. */
  hintedAt?: number;
  room: number;
  /** Looked at now and then; asked for one at a time while it has something. */
  seldom?: boolean;
  /** Levels of one limited queue: together they may ask for no more than its credits, those under way included. */
  group?: { credits(): number } | undefined;
  lastMessageAt: number;
  lastAskedAt: number;
}

/**
 * How a pull waits: not at all; not at all, but the next message will be heard of; as long as it takes a message to be
 * stored that was heard of; until one comes.
 */
export type PullKind = 'now' | 'look' | 'brief' | 'standing';

export interface Pull<L> {
  level: L;
  batch: number;
  kind: PullKind;
}

export interface PlanInput<L extends PlannedLevel> {
  levels: readonly L[];
  /** Slots free and not yet asked for. */
  free: number;
  capacity: number;
  /** This round begins with the level that was not asked for longest, the lowest of several. */
  fromBottom: boolean;
  now: number;
}

/** The largest single pull: keeps one level from filling every buffer at once. */
export const MOST_PER_PULL = 1_000;
/** A level on which nothing of one's own is to be expected. */
const SELDOM_LOOK_MS = 5_000;
/** An empty level without a standing pull, where a hint tells of messages: only in case it was lost. */
const LOOK_EVERY_MS = 1_000;
/** Longer than it takes to store what was heard of when it came to the server. */
export const STORED_WITHIN_MS = 100;

/** Whether a level is looked at though nothing was heard of it. With many levels less often. */
export const isLookDue = (lastAskedAt: number, levels: number, now: number): boolean =>
  now - lastAskedAt >= Math.max(LOOK_EVERY_MS, levels * 2);
/** A standing pull holds a slot back, so only so large a share of them may be held. */
const STANDING_SHARE = 4;

/**
 * Decides which pulls to make. First on levels that have something, from the top: each with all slots that are left (the
 * level below gets what the one above leaves), or one where one was heard of; of equal levels whichever was not asked for
 * longest. Then standing pulls of one on the empty levels, the most recently active first, as many as a quarter of all
 * slots; while some level is busy, only on those above it. Of levels left over the next message is heard of, and only then
 * asked for: what holds no slot costs no time either.
 */
export function planPulls<L extends PlannedLevel>(input: PlanInput<L>): Pull<L>[] {
  const { levels, capacity, now } = input;
  let free = input.free;
  const pulls: Pull<L>[] = [];
  const left = creditsLeft(levels);
  const take = (level: L, most: number, kind: PullKind) => {
    const credits = level.group ? (left.get(level.group) ?? 0) : Number.POSITIVE_INFINITY;
    const batch = Math.min(free, most, level.room, credits);
    if (batch < 1) return;
    pulls.push({ level, batch, kind });
    free -= batch;
    if (level.group) left.set(level.group, credits - batch);
  };
  // From the bottom: whoever was not asked for longest, so that levels between a busy top and a busy bottom get old too.
  const byPriority = (a: L, b: L) =>
    input.fromBottom
      ? a.lastAskedAt - b.lastAskedAt || a.priority - b.priority
      : b.priority - a.priority || a.lastAskedAt - b.lastAskedAt;

  const couldUseMore = (level: L) => level.underWay < level.room && (!level.group || (left.get(level.group) ?? 0) > 0);

  const due = (level: L) => !level.seldom || now - level.lastAskedAt >= SELDOM_LOOK_MS;
  const able = levels.filter((level) => !level.held && (level.nonEmpty || due(level)));
  const usable = (level: L) =>
    level.room > 0 && (!level.group || level.underWay > 0 || (left.get(level.group) ?? 0) > 0);
  const hinted = ({ hintedAt = 0 }: L) => hintedAt > 0;
  // What was heard of long ago is stored, or another has it.
  const kindOf = ({ hintedAt = 0 }: L): PullKind => (now - hintedAt <= STORED_WITHIN_MS ? 'brief' : 'look');
  const busy = able.filter((level) => level.nonEmpty && usable(level));
  const full = [...busy, ...able.filter((level) => !level.nonEmpty && hinted(level) && usable(level))].sort(byPriority);
  const bottom = input.fromBottom
    ? able.filter((level) => level.underWay === 0 && !level.group && !level.listening).sort(byPriority)[0]
    : undefined;
  if (bottom && !full.includes(bottom)) take(bottom, 1, bottom.seldom ? 'now' : 'look');
  for (const level of full) {
    if (level.underWay === 0 && !level.nonEmpty) take(level, 1, kindOf(level));
    else if (level.underWay === 0) take(level, level.seldom ? 1 : MOST_PER_PULL, 'now');
    // Its answer is on the way, and it could use these slots next: they are not for the levels below.
    else if (level.nonEmpty && !level.seldom && !level.standing && couldUseMore(level) && !input.fromBottom)
      return pulls;
  }

  const busiest = Math.max(Number.NEGATIVE_INFINITY, ...busy.map((level) => level.priority));
  const planned = new Set(pulls.map((pull) => pull.level));
  const empty = able.filter(
    (level) => !level.nonEmpty && !hinted(level) && level.underWay === 0 && !planned.has(level),
  );
  empty.sort((a, b) => b.lastMessageAt - a.lastMessageAt || b.priority - a.priority);
  const allowance = Math.max(levels.length === 1 ? 1 : 0, Math.floor(capacity / STANDING_SHARE));
  let standing = levels.filter((level) => level.standing && level.underWay > 0).length;
  for (const level of empty) {
    if (level.seldom) take(level, 1, 'now');
    else if (!level.group && level.priority > busiest && standing < allowance) {
      take(level, 1, 'standing');
      standing++;
    } else if (isLookDue(level.lastAskedAt, levels.length, now) || !(level.group || level.listening))
      take(level, 1, 'look');
  }
  return pulls;
}

/** What each limited queue may still be asked for. */
function creditsLeft(levels: readonly PlannedLevel[]): Map<object, number> {
  const left = new Map<object, number>();
  for (const { group, underWay } of levels) if (group) left.set(group, (left.get(group) ?? group.credits()) - underWay);
  return left;
}
