import type { RunEventOf } from '@jobflow/contracts';
import { placeInLine } from '@jobflow/domain';
import type { Clock, StateStore, Timer } from '@jobflow/platform';
import { comeAgainAfter } from '../intake/come-again.js';
import type { Admitted } from '../intake/suspects.js';
import { type EffectiveLimits, effectiveLimits } from './effective-limits.js';
import { KeyLines } from './key-lines.js';
import type { Holder, PermitAnswer, Permits } from './permits.js';

/** So long a refused run waits here, for a permit that comes free soon, before the log is told. */
export const PATIENCE_MS = 1_000;
/** While limits cannot be counted: a restart of Redis takes about so long. */
const AWAY_PATIENCE_MS = 5_000;
const AWAY_AGAIN_MS = 200;
/** A booked run comes back so long before its turn, so that the way through the log does not make it late. */
const EARLY_MS = 250;
/** Then it is offered again after 5 to 15 s, or later the longer it has waited. */
const OFFERED_AGAIN_MS = 5_000;
/** Refused runs that wait here; further ones are told to the log at once. */
const MOST_WAITING = 500;
/** How many are tried when another worker says that permits came free. */
const TRIED_AT_ONCE = 4;
const LOOK_MS = 50;
const OFFER_EVERY_MS = 100;
const OFFER_MS = 5;
const BOOKED_AHEAD_MS = 3_600_000;
const SPREAD_MS = 600_000;
const MOST_OWED = 1_000;

export interface RunLimitsOptions {
  workerId: string;
  /** None: this worker has no Redis, and gives back what is limited. */
  permits: Permits | undefined;
  store: Pick<StateStore, 'jobs' | 'queues'>;
  clock: Clock;
  random: () => number;
  freeSlots: () => number;
  /** It may start: `ended` must be called when it has, or when it does not after all. */
  onGranted: (admitted: Admitted) => void;
  /** Somebody was refused, and the slot kept for it is free. */
  onRoom: () => void;
  /** It does not start here and now: to be recorded, and its message acknowledged. */
  onRefused: (admitted: Admitted, event: RunEventOf<'RunLimited' | 'RunReturned'>) => void;
}

export interface Entry {
  admitted: Admitted;
  limits: EffectiveLimits;
  /** Its place in line: since when it waits, all its refusals together, and its priority. */
  since: number;
  booked: boolean;
  deadline: number;
  asking: boolean;
  /** Taken out while Redis was asked: what it is granted goes back. */
  gone: boolean;
  last?: Exclude<PermitAnswer, { kind: 'granted' }>;
  /** Not before is it asked for again. */
  askAt: number;
}

const queueingOf = (runId: string, delivery: number) => `${runId} ${delivery}`;

/**
 * Keeps runs from starting that a limit of their job or key forbids. A run asks when it would start:
 *
 *     asking ─┬─ granted ─▶ starts, and gives back at its end
 *             └─ refused ─▶ waits here without a slot ─┬─ permit free, or turn come ─▶ asking
 *                                                      └─ after a second ─▶ RunLimited: waits in the read model
 *
 * While short runs follow each other quickly nothing but the second line happens, and the log hears of no limit.
 */
export class RunLimits {
  readonly #options: RunLimitsOptions;
  /** By run: of its queueings only the latest counts. */
  readonly #entries = new Map<string, Entry>();
  readonly #lines = new KeyLines<Entry>();
  /** By queueing, as permits have it. */
  readonly #held = new Map<string, Holder & EffectiveLimits>();
  /** Tries that came while those who wanted them were still being asked for. */
  readonly #owed = new Map<string, number>();
  /** When a permit was last left to other workers. */
  readonly #offered = new Map<string, number>();
  /** They could try, but no slot is free. */
  readonly #wantSlot = new Set<Entry>();
  readonly #off: () => void;
  #timer: Timer | undefined;
  #timerAt = Number.POSITIVE_INFINITY;
  #stopped = false;
  asking = 0;

  constructor(options: RunLimitsOptions) {
    this.#options = options;
    this.#off =
      options.permits?.onFreed((of, name, count) => {
        if (of !== 'key') return;
        if (count > 1 || !this.#offer(name)) this.#freed(name, Math.min(count, TRIED_AT_ONCE));
      }) ?? (() => undefined);
  }

  get waiting(): number {
    return this.#entries.size;
  }

  find(wanted: (admitted: Admitted) => boolean): Admitted | undefined {
    for (const { admitted } of this.#entries.values()) if (wanted(admitted)) return admitted;
    return undefined;
  }

  /**
   * Takes over a run that is limited; false if nothing limits it. Where another queueing of it waits here already, which
   * happens when this worker did not hear that it was let go elsewhere, the earlier one is void, and dropped.
   */
  enter(admitted: Admitted): boolean {
    const { run, delivery } = admitted.queued;
    const limits = effectiveLimits(run, this.#options.store);
    if (!limits) return false;
    const other = this.#entries.get(run.id);
    if (other && other.admitted.queued.delivery >= delivery) {
      admitted.message.release?.();
      return true;
    }
    if (other) {
      this.#leave(other);
      other.admitted.message.release?.();
    }
    const now = this.#options.clock.now();
    const before = admitted.queued.limited;
    const entry: Entry = {
      admitted,
      limits,
      since: before?.since ?? placeInLine(now, run.priority),
      booked: before?.booked === true && limits.rate !== undefined,
      deadline: now + PATIENCE_MS,
      asking: false,
      gone: false,
      askAt: now,
    };
    this.#entries.set(run.id, entry);
    this.#ask(entry);
    return true;
  }

  /** The attempt of this queueing of the run is over, or it did not start after all. */
  ended(runId: string, delivery: number): void {
    const queueing = queueingOf(runId, delivery);
    const held = this.#held.get(queueing);
    if (!held) return;
    this.#held.delete(queueing);
    this.#options.permits?.release(held);
  }

  /** A slot came free. */
  onSlotFree(): void {
    for (const entry of this.#wantSlot) {
      if (this.#options.freeSlots() - this.asking <= 0) return;
      this.#wantSlot.delete(entry);
      this.#ask(entry);
    }
  }

  /** Takes a waiting run out. */
  remove(runId: string): Admitted | undefined {
    const entry = this.#entries.get(runId);
    if (!entry) return undefined;
    this.#leave(entry);
    return entry.admitted;
  }

  removeAll(): Admitted[] {
    return [...this.#entries.keys()].flatMap((runId) => this.remove(runId) ?? []);
  }

  /** Tells the server that they are still held. */
  touch(): void {
    for (const { admitted } of this.#entries.values()) admitted.message.working();
  }

  /** Nothing is asked for any more; the runs that waited are the caller's to give back. */
  stop(): Admitted[] {
    this.#stopped = true;
    this.#off();
    this.#timer?.cancel();
    return this.removeAll();
  }

  #ask(entry: Entry) {
    if (this.#stopped || entry.asking || entry.gone) return;
    const { permits } = this.#options;
    if (!permits) return this.#refuse(entry, { kind: 'unavailable', why: 'this worker has no Redis' });
    const { run, delivery } = entry.admitted.queued;
    entry.asking = true;
    this.asking += 1;
    this.#wantSlot.delete(entry);
    const request = {
      runId: run.id,
      delivery,
      ...entry.limits,
      booked: entry.booked,
      since: entry.since,
    };
    void permits.take(request).then((answer) => {
      entry.asking = false;
      this.asking -= 1;
      this.#answered(entry, answer);
      if (answer.kind !== 'granted') this.#options.onRoom();
    });
  }

  #answered(entry: Entry, answer: PermitAnswer) {
    const { run, delivery } = entry.admitted.queued;
    if (answer.kind === 'granted') {
      const held = { runId: run.id, delivery, ...entry.limits };
      if (entry.gone) return this.#options.permits?.release(held);
      this.#leave(entry);
      this.#held.set(queueingOf(run.id, delivery), held);
      return this.#options.onGranted(entry.admitted);
    }
    if (entry.gone) return;
    entry.last = answer;
    const now = this.#options.clock.now();
    this.#lines.leave(entry);
    switch (answer.kind) {
      case 'no-permit':
        if (now >= entry.deadline || this.#entries.size > MOST_WAITING) return this.#refuse(entry, answer);
        this.#wakeAt(entry.deadline);
        return this.#join(answer.key, entry);
      case 'no-turn':
        return this.#noTurn(entry, answer.waitMs, now);
      case 'unavailable':
        if (now - entry.deadline >= AWAY_PATIENCE_MS - PATIENCE_MS || this.#entries.size > MOST_WAITING)
          return this.#refuse(entry, answer);
        entry.askAt = now + AWAY_AGAIN_MS;
        return this.#wakeAt(entry.askAt);
      default:
        return answer satisfies never;
    }
  }

  /** Its turn is booked. A near one is waited for here. */
  #noTurn(entry: Entry, waitMs: number, now: number) {
    const near = now + waitMs <= Math.max(entry.deadline, now + 2 * EARLY_MS) && this.#entries.size <= MOST_WAITING;
    if (near) {
      entry.booked = true;
      entry.askAt = now + Math.max(1, Math.ceil(waitMs));
      return this.#wakeAt(entry.askAt);
    }
    // It came too late for its turn, with others before it: it gets another one.
    if (entry.booked) {
      entry.booked = false;
      return this.#ask(entry);
    }
    this.#refuse(entry, { kind: 'no-turn', key: entry.limits.rate?.key ?? '', waitMs });
  }

  #refuse(entry: Entry, answer: Exclude<PermitAnswer, { kind: 'granted' }>) {
    this.#leave(entry);
    const { workerId, clock, random, permits } = this.#options;
    const { queued, claim } = entry.admitted;
    const now = clock.now();
    const on = { runId: queued.run.id, attempt: queued.attempt, delivery: queued.delivery, claim, workerId };
    switch (answer.kind) {
      case 'no-permit': {
        // Woken, and too late: the next permit is kept for it.
        if (queued.limited && !queued.limited.booked) permits?.reserve(answer.key, on.runId, queued.limited.since);
        const { key, holders } = answer;
        const event = { type: 'RunLimited', ...on, key, limit: 'concurrency', at: now, holders } as const;
        return this.#options.onRefused(entry.admitted, event);
      }
      case 'no-turn': {
        // Beyond what can be booked all are told the same time: they are spread, so as not to come back at once.
        const spread = answer.waitMs >= BOOKED_AHEAD_MS ? random() * SPREAD_MS : 0;
        const until = Math.round(now + Math.max(0, answer.waitMs - EARLY_MS) + spread);
        const event = { type: 'RunLimited', ...on, key: answer.key, limit: 'rate', at: now, until } as const;
        return this.#options.onRefused(entry.admitted, event);
      }
      case 'unavailable': {
        const waited = now - (entry.admitted.queued.waitingSince ?? now);
        const notBefore = now + comeAgainAfter(waited, OFFERED_AGAIN_MS * (1 + 2 * random()));
        const event = { type: 'RunReturned', ...on, reason: 'limits-unavailable', at: now, notBefore } as const;
        return this.#options.onRefused(entry.admitted, event);
      }
      default:
        return answer satisfies never;
    }
  }

  /**
   * Permits of a key may be free: those who have waited longest try, as many as there are slots. Who is being refused just
   * now may have asked before they came free, and will try in place of those that were not there.
   */
  #freed(key: string, count: number): void {
    let tries = count;
    for (const entry of this.#lines.of(key)) {
      if (tries === 0) return;
      if (entry.asking) continue;
      tries -= 1;
      this.#retry(entry);
    }
    if (tries === 0 || this.asking === 0) return;
    if (this.#owed.size >= MOST_OWED) this.#owed.clear();
    this.#owed.set(key, tries);
  }

  /**
   * Once in a while a permit that comes free here is left to the other workers for a moment: those who wait here would
   * otherwise always be first, and who waits elsewhere never.
   */
  #offer(key: string): boolean {
    const now = this.#options.clock.now();
    if (now - (this.#offered.get(key) ?? 0) < OFFER_EVERY_MS) return false;
    if (this.#offered.size >= MOST_OWED) this.#offered.clear();
    this.#offered.set(key, now);
    if (this.#lines.of(key, 1).length === 0) return false;
    this.#options.clock.setTimer(OFFER_MS, () => this.#freed(key, 1));
    return true;
  }

  #join(key: string, entry: Entry): void {
    this.#lines.join(key, entry);
    const owed = this.#owed.get(key);
    if (owed === undefined) return;
    this.#owed.delete(key);
    this.#freed(key, owed);
  }

  #retry(entry: Entry): void {
    if (entry.asking) return;
    if (this.#options.freeSlots() - this.asking > 0) this.#ask(entry);
    else this.#wantSlot.add(entry);
  }

  #leave(entry: Entry): void {
    entry.gone = true;
    this.#lines.leave(entry);
    this.#wantSlot.delete(entry);
    this.#entries.delete(entry.admitted.queued.run.id);
  }

  #wakeAt(at: number): void {
    if (this.#stopped || at >= this.#timerAt) return;
    this.#timer?.cancel();
    this.#timerAt = at;
    this.#timer = this.#options.clock.setTimerAt(at, () => this.#look());
  }

  /** Those whose patience is over are refused, those whose time has come ask again. */
  #look(): void {
    this.#timerAt = Number.POSITIVE_INFINITY;
    const now = this.#options.clock.now();
    let next = Number.POSITIVE_INFINITY;
    for (const entry of this.#entries.values()) {
      if (entry.asking || !entry.last) continue;
      const at = entry.last.kind === 'no-permit' ? entry.deadline : entry.askAt;
      if (at > now) next = Math.min(next, at);
      // Once more, so that the log hears who holds the permits now. Of one that has no slot to start in it hears as well.
      else if (entry.last.kind === 'no-permit') this.#ask(entry);
      else {
        this.#retry(entry);
        // Without a slot it is looked at again; with one its answer says what follows.
        if (!entry.asking) next = Math.min(next, now + LOOK_MS);
      }
    }
    if (next < Number.POSITIVE_INFINITY) this.#wakeAt(next);
  }
}
