import type { VerifyReply } from '@jobflow/contracts';
import type { Clock, Timer } from '@jobflow/platform';
import type { ClaimResult, Claims } from './claims.js';
import { judgeSuspect, type Takeover, takeoverOf, type Verdict, type VerifiedRun } from './judge-suspect.js';
import type { Liveness } from './live-workers.js';
import type { PulledMessage } from './pulled-message.js';
import type { QueuedRun } from './queued-run.js';

const BATCH = 500;
const ASK_AGAIN_MS = 1_000;
/** Messages that arrive together are asked about together. */
const CHECK_SOON_MS = 5;
/** A run that another worker has is looked at again so often, until it ends or its worker falls silent. */
const HELD_ELSEWHERE_MS = 3_000;
/** Who lost a claim gives the message back for so long: the winner acknowledges it, or dies and it comes again. */
const LOST_CLAIM_MS = 5_000;

/**
 * An unclaimed message that waited longer, most likely because this loop was blocked, may have been given to another
 * worker: the server gives it away 30 s after it was last told that it is held, which happens every 10 s.
 */
const SURELY_OURS_MS = 10_000;

/** Whether it must be checked, and claimed, before it starts. A claim is this worker's until another is heard of. */
export const isStale = ({ claim, knownAt }: Pick<Admitted, 'claim' | 'knownAt'>, now: number): boolean =>
  claim === 0 && knownAt < now - SURELY_OURS_MS;

/** A message that may be started, and what is known about it. */
export interface Admitted {
  message: PulledMessage;
  queued: QueuedRun;
  /** Under which it is this worker's, however long it waits; 0: unclaimed. */
  claim: number;
  /** When this worker was last sure to be the only one that has it: its message came, or its state was asked for. */
  knownAt: number;
  /** It was started before, by a worker that is gone. */
  begun: boolean;
  /** Its cancellation was asked for, and the worker that ran it is gone: only to be ended. */
  cancelled: boolean;
  /** It was claimed, or may have been started before: what that means for it. */
  takeover?: Takeover;
  /** It holds the permits it needs, if any. */
  granted?: boolean;
}

export interface SuspectsOptions {
  workerId: string;
  clock: Clock;
  /** The run stream's last sequence. */
  lastSeq: () => Promise<number>;
  verify: (ids: string[], seq: number) => Promise<VerifyReply>;
  claims: Claims;
  liveness: (workerId: string) => Liveness;
  /** For how many runs there is, or soon will be, a slot. */
  room: () => number;
  /** Takes the message for a run that this worker has already; false if it has not. */
  adopt?: (message: PulledMessage, queued: QueuedRun) => boolean;
  onAdmitted: (admitted: Admitted) => void;
  /** At most once, and its worker is gone: to be ended under this claim. */
  onLost: (admitted: Admitted) => void;
  /** It was rescheduled: to be told to the log. */
  onLetGo: (admitted: Admitted) => void;
  /** It has cost too many workers: to be ended under this claim. */
  onPoison: (admitted: Admitted) => void;
  onTrouble: (what: string, error: unknown) => void;
}

interface Parked {
  message: PulledMessage;
  queued: QueuedRun;
  askAt: number;
  knownAt: number;
  /** Another worker has it and may be alive. */
  elsewhere: boolean;
  /** The claim this worker made on it, and has not started anything under; 0: none. */
  unstartedClaim: number;
}

/**
 * Messages that may have been delivered before wait here without a slot, kept alive by `touch`. They are checked in
 * batches against the projector's state, and then dropped, started, or claimed first (`judgeSuspect`).
 */
export class Suspects {
  readonly #options: SuspectsOptions;
  readonly #parked = new Set<Parked>();
  /** By queueing: a message that comes once more takes the place of the one before. */
  readonly #byQueueing = new Map<string, Parked>();
  #timer: Timer | undefined;
  #timerAt = Number.POSITIVE_INFINITY;
  #checking: Promise<void> | undefined;
  #stopped = false;
  #notBefore = 0;
  /** Those that another worker has. */
  #elsewhere = 0;
  #claiming = 0;
  /** The last question had no answer. */
  #unanswered = false;
  /** How long it takes to check what comes now, judged by the last time. */
  checkMs = CHECK_SOON_MS;

  constructor(options: SuspectsOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#parked.size;
  }

  /**
   * How many will want a slot shortly. Those that another worker has will not, nor will any before it can be known: what
   * is fresh must not wait behind them.
   */
  get startSoon(): number {
    const unknown = this.#unanswered || this.#options.clock.now() < this.#notBefore;
    return unknown ? 0 : this.#parked.size - this.#elsewhere;
  }

  /** @param knownAt as of Admitted; now, if the message has just come */
  park(message: PulledMessage, queued: QueuedRun, unstartedClaim = 0, knownAt = this.#options.clock.now()) {
    if (this.#stopped) return message.nak();
    const again = this.#byQueueing.get(keyOf(queued));
    if (again) {
      again.message.release?.();
      again.message = message;
      return;
    }
    const askAt = Math.max(this.#options.clock.now(), this.#notBefore);
    const parked = { message, queued, unstartedClaim, askAt, knownAt, elsewhere: false };
    this.#parked.add(parked);
    this.#byQueueing.set(keyOf(queued), parked);
    this.#wake(parked.askAt);
  }

  /** Nothing is checked before this instant: workers are re-claiming what they run. */
  holdUntil(at: number): void {
    this.#notBefore = at;
    for (const parked of this.#parked) parked.askAt = Math.max(parked.askAt, at);
  }

  /** Tells the server that they are still held. */
  touch(): void {
    for (const { message } of this.#parked) message.working();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#timer?.cancel();
    await this.#checking;
    for (const { message, queued, unstartedClaim: claim, knownAt } of this.#parked) {
      // Whoever is stopping says that it goes back: a claim that is only left behind looks like a start.
      if (claim > 0) this.#options.onAdmitted({ message, queued, claim, knownAt, begun: false, cancelled: false });
      else message.nak();
    }
    this.#parked.clear();
    this.#byQueueing.clear();
    this.#elsewhere = 0;
  }

  /** It waits here no more; answers its message as of now. */
  #leave(parked: Parked): PulledMessage {
    this.#isElsewhere(parked, false);
    this.#parked.delete(parked);
    this.#byQueueing.delete(keyOf(parked.queued));
    return parked.message;
  }

  #isElsewhere(parked: Parked, elsewhere: boolean): void {
    if (parked.elsewhere === elsewhere) return;
    parked.elsewhere = elsewhere;
    this.#elsewhere += elsewhere ? 1 : -1;
  }

  #wake(at: number): void {
    if (this.#stopped || at >= this.#timerAt) return;
    this.#timer?.cancel();
    this.#timerAt = at;
    const wait = Math.max(CHECK_SOON_MS, at - this.#options.clock.now());
    this.#timer = this.#options.clock.setTimer(wait, () => this.#check());
  }

  #check(): void {
    this.#timerAt = Number.POSITIVE_INFINITY;
    if (this.#stopped || this.#checking) return;
    this.#checking = this.#checkDue().finally(() => {
      this.#checking = undefined;
      let next = Number.POSITIVE_INFINITY;
      for (const { askAt } of this.#parked) next = Math.min(next, askAt);
      if (next < Number.POSITIVE_INFINITY) this.#wake(next);
    });
  }

  async #checkDue(): Promise<void> {
    const now = this.#options.clock.now();
    const due: Parked[] = [];
    for (const parked of this.#parked) if (parked.askAt <= now && due.length < BATCH) due.push(parked);
    if (due.length === 0) return;
    try {
      const seq = await this.#options.lastSeq();
      const reply = await this.#options.verify([...new Set(due.map((p) => p.queued.run.id))], seq);
      if (!reply.ok) throw new Error(reply.reason);
      this.#unanswered = false;
      const states = new Map(reply.runs.map((run) => [run.id, run]));
      await Promise.all(due.map((parked) => this.#decide(parked, states.get(parked.queued.run.id), now)));
      this.checkMs = CHECK_SOON_MS + this.#options.clock.now() - now;
    } catch (error) {
      this.#unanswered = true;
      this.#options.onTrouble('runs that may have been started before cannot be checked yet', error);
      for (const parked of due) parked.askAt = this.#options.clock.now() + ASK_AGAIN_MS;
    }
  }

  async #decide(parked: Parked, state: VerifiedRun | undefined, askedAt: number): Promise<void> {
    const { message, queued } = parked;
    const { workerId: me, liveness } = this.#options;
    const verdict = judgeSuspect({
      queued,
      redelivered: message.deliveryCount > 1,
      state,
      me,
      liveness,
      unstarted: parked.unstartedClaim > 0,
      stale: isStale({ claim: parked.unstartedClaim, knownAt: parked.knownAt }, askedAt),
    });
    if (this.#stopped) return;
    if (this.#options.adopt?.(parked.message, queued)) {
      this.#leave(parked);
      return;
    }
    this.#isElsewhere(parked, verdict === 'wait');
    if (verdict === 'wait') {
      parked.askAt = this.#options.clock.now() + HELD_ELSEWHERE_MS;
      return;
    }
    if (verdict === 'drop') {
      this.#leave(parked).ack();
      return;
    }
    const begun = state?.status === 'RUNNING';
    const cancelled = state?.cancelRequested ?? false;
    if (verdict === 'start' || verdict === 'let-go') {
      const claim = state?.claim ?? 0;
      const known = { message: this.#leave(parked), queued, claim, knownAt: askedAt, begun, cancelled };
      if (verdict === 'start') this.#options.onAdmitted(known);
      else this.#options.onLetGo(known);
      return;
    }
    if (!state) return;
    // What is claimed here starts here: it is left to a worker that has a slot for it.
    if (verdict === 'claim' && !cancelled && this.#options.room() <= this.#claiming) {
      if (parked.unstartedClaim === 0) return this.#leave(parked).nak();
    }
    const takeover = takeoverOf(state, message.deliveryCount > 1);
    const known = { knownAt: askedAt, begun, cancelled, takeover, claim: state.claim };
    this.#claiming += 1;
    await this.#claim(parked, verdict, known).finally(() => {
      this.#claiming -= 1;
    });
  }

  async #claim(
    parked: Parked,
    verdict: Extract<Verdict, 'claim' | 'lost' | 'poison'>,
    known: Omit<Admitted, 'message' | 'queued'> & { takeover: Takeover },
  ) {
    const { queued } = parked;
    const { id: runId, queue } = queued.run;
    let result: ClaimResult;
    try {
      const { attempt, delivery } = queued;
      const { redelivered } = known.takeover;
      result = await this.#options.claims.claim({ runId, queue, attempt, delivery, redelivered, after: known.claim });
    } catch (error) {
      this.#options.onTrouble('a run cannot be claimed yet', error);
      parked.askAt = this.#options.clock.now() + ASK_AGAIN_MS;
      return;
    }
    const message = this.#leave(parked);
    if (!result.ok) return message.nak(LOST_CLAIM_MS);
    const admitted: Admitted = { message, queued, ...known, claim: result.n };
    if (verdict === 'lost') this.#options.onLost(admitted);
    else if (verdict === 'poison') this.#options.onPoison(admitted);
    else this.#options.onAdmitted(admitted);
  }
}

const keyOf = ({ run, delivery }: QueuedRun): string => `${run.id}:${delivery}`;
