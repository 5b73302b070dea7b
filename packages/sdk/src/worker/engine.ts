import type { RunEvent } from '@jobflow/contracts';
import { lostOnce, type Outcome } from '@jobflow/domain';
import type { Clock } from '@jobflow/platform';
import { Attempt, type AttemptHost } from '../attempt/attempt.js';
import { AttemptContext } from '../attempt/attempt-context.js';
import { inScope } from '../attempt/attempt-scope.js';
import type { LogBuffer } from '../attempt/log-buffer.js';
import type { RunClaimed } from '../intake/claims.js';
import { LoopStall } from '../intake/loop-stall.js';
import type { PulledMessage } from '../intake/pulled-message.js';
import { type QueuedRun, readQueuedRun } from '../intake/queued-run.js';
import { type Admitted, isStale } from '../intake/suspects.js';
import type { SecretSource } from '../secrets/secret-source.js';
import type { EngineParts } from './engine-parts.js';
import type { FoundRunner } from './kind-runner.js';
import { LoneRuns } from './lone-runs.js';
import { poisonOutcome } from './poison-outcome.js';
import { OLD_MS, ReadyLine } from './ready-line.js';
import { reclaimAttempt } from './reclaim-attempt.js';

/** A cancelled handler has so long to end by itself. */
const CANCEL_GRACE_MS = 800;
/** Likewise one that is told to end because the worker stops. */
const DRAIN_GRACE_MS = 1_000;
/** After it, what ended is left to the log's own stop, and comes again if that fails. */
const RECORD_WAIT_MS = 10_000;
const MAX_UNSETTLED = 10_000;
const MAX_PARKED = 1_000;

/**
 * From a message to an outcome:
 *
 *     message ─┬─ fresh ───────────────────────────┬─▶ ready ─ slot ─▶ running ─▶ ended ─▶ recorded ─▶ acknowledged
 *              └─ suspect ─▶ parked ─▶ checked ─┬──┘
 *                                               └─▶ dropped: it is over, or another worker's
 *
 * Everything held is in exactly one of: suspects, ready, lone (waiting to run alone), limits (waiting for a permit), held
 * (running, or ended and not yet recorded).
 */
export class Engine implements AttemptHost {
  readonly #parts: EngineParts;
  readonly #held = new Map<string, Attempt>();
  readonly #lone = new LoneRuns();
  readonly #ready = new ReadyLine();
  readonly #stall: LoopStall;
  #startingReady = false;
  /** Nothing more is started: the worker drains, or stops. */
  #stopping = false;
  finished = 0;
  failed = 0;
  #drained: (() => void) | undefined;

  constructor(parts: EngineParts) {
    this.#parts = parts;
    this.#stall = new LoopStall(parts.clock.now());
  }

  get clock(): Clock {
    return this.#parts.clock;
  }
  get secrets(): SecretSource {
    return this.#parts.secrets;
  }
  get logs(): LogBuffer {
    return this.#parts.logs;
  }

  /** How many messages may be asked for now. */
  room(): number {
    const { slots, suspects, recorder, limits } = this.#parts;
    if (this.#stopping || this.#lone.busy) return 0;
    const waiting = this.#ready.length + limits.asking;
    return Math.min(
      slots.room(waiting),
      // While some are being checked, as many slots come free as handlers end meanwhile.
      slots.room(waiting + suspects.startSoon, suspects.checkMs),
      MAX_PARKED - suspects.size,
      MAX_UNSETTLED - recorder.unsettled,
    );
  }

  /** For how many runs there is a slot, or will be before they have waited too long for it. */
  startRoom(): number {
    return this.#parts.slots.room(this.#ready.length + this.#parts.limits.asking, OLD_MS);
  }

  /** Takes a message of a queue. */
  deliver(message: PulledMessage) {
    const { clock, epoch, cancelled, doubted, hearsControl, suspects, isPaused } = this.#parts;
    if (this.#stopping || this.#lone.busy) return message.nak();
    const read = readQueuedRun(message.data);
    if (!read.ok) {
      // The projector rejects the same message, with an alarm.
      this.#parts.onTrouble(`message ${message.seq} of the run stream is no queued run: ${read.reason}`, undefined);
      return message.term();
    }
    const { queued } = read;
    const { run } = queued;
    const now = clock.now();
    const knownAt = this.#stall.cameAt(now);
    const first = message.deliveryCount === 1 && !isStale({ claim: 0, knownAt }, now);
    const fresh = first && !queued.verify && !queued.losses && epoch.isFresh(message.seq);
    // What is fresh was never here.
    if (!fresh && this.adopt(message, queued)) return;
    if (isPaused(run.queue)) return message.nak();
    const remembered = message.seq >= cancelled.forgottenBelow && !doubted.has(run.id, message.seq) && hearsControl();
    if (!fresh || !remembered || run.guarantee === 'AT_MOST_ONCE') return suspects.park(message, queued, 0, knownAt);
    this.admit({ message, queued, claim: 0, knownAt, begun: false, cancelled: false });
  }

  /** Takes a message of a run that is here already: the server forgot that we have it. */
  adopt(message: PulledMessage, { run, delivery }: QueuedRun): boolean {
    const mine = this.#held.get(run.id);
    if (mine && mine.delivery === delivery && !mine.disowned) {
      mine.messages.push(message);
      return true;
    }
    const waits = (one: Admitted) => one.queued.run.id === run.id && one.queued.delivery === delivery;
    const waiting = this.#ready.find(waits) ?? this.#lone.find(waits) ?? this.#parts.limits.find(waits);
    if (!waiting) return false;
    waiting.message.release?.();
    waiting.message = message;
    return true;
  }

  /** Takes a message that is fresh, was checked, or claimed. */
  admit(admitted: Admitted) {
    const { clock } = this.#parts;
    if (this.#stopping) return this.#handBack(admitted);
    if (this.#mustBeAlone(admitted)) return this.#admitLone(admitted);
    if (this.#lone.busy) return this.#handBack(admitted);
    if (this.#freeSlots() > 0 && this.#ready.length === 0) this.#start(admitted);
    else this.#ready.push({ ...admitted, since: clock.now() });
  }

  /** Ends a run that may run at most once and whose worker is gone. */
  lost(admitted: Admitted): void {
    this.#begin(admitted).end(lostOnce(admitted.queued.run.job));
  }

  /** Ends a run that has cost too many workers. */
  poison(admitted: Admitted): void {
    this.#begin(admitted).end(admitted.cancelled ? { kind: 'cancelled' } : poisonOutcome(admitted));
  }

  /** A run's cancellation was heard of. */
  cancel(runId: string): void {
    this.#held.get(runId)?.cancel(CANCEL_GRACE_MS);
    const waiting = this.#parts.limits.remove(runId);
    if (waiting) this.#start(waiting);
  }

  /** A run was rescheduled, and its message may be void: if it waits here it is checked before it starts. */
  doubt(runId: string): void {
    const limited = this.#parts.limits.remove(runId);
    const waiting = [...this.#ready.takeRun(runId), ...(limited ? [limited] : [])];
    for (const one of waiting) this.#checkAgain(one);
  }

  /** A slot that was kept for a limited run is free again. */
  roomAgain(): void {
    if (this.#stopping) return;
    if (this.#ready.length > 0) this.#startReady();
    this.#parts.onRoom();
  }

  /** A run has its permits. */
  granted(admitted: Admitted): void {
    const ready = { ...admitted, granted: true, since: this.#parts.clock.now() };
    if (this.#mustBeAlone(ready)) this.#admitLone(ready);
    else if (this.#lone.busy) this.#handBack(ready);
    else if (this.#parts.slots.free > 0) this.#start(ready);
    else this.#ready.pushFirst(ready);
    // The slot that was kept for it may not have been taken.
    if (this.#ready.length > 0) this.#startReady();
  }

  /** A claim was heard of: if it took a run from us, what we do for it counts no more. */
  heardClaim(claim: RunClaimed): void {
    if (claim.workerId === this.#parts.workerId) return;
    const attempt = this.#held.get(claim.runId);
    if (attempt && claim.delivery === attempt.delivery && claim.n > attempt.claim) attempt.takenOver();
    else if (!attempt) this.#letGo(claim);
  }

  /** What waits here to be started is another worker's now. */
  #letGo({ runId, delivery, n }: RunClaimed): void {
    const taken = (one: Admitted) => one.queued.run.id === runId && one.queued.delivery === delivery && one.claim < n;
    const { limits } = this.#parts;
    const limited = limits.find(taken);
    const waiting = this.#ready.find(taken) ?? this.#lone.find(taken) ?? limited;
    if (!waiting) return;
    this.#ready.drop(waiting);
    this.#lone.drop(waiting);
    if (limited) limits.remove(runId);
    limits.ended(runId, delivery);
    waiting.message.release?.();
  }

  /** The server is a new process that may have forgotten what we hold: say that we run it, check what waits. */
  async reclaim(): Promise<void> {
    const { claims, limits, onTrouble } = this.#parts;
    for (const one of [...this.#ready.takeAll(), ...this.#lone.takeAll(), ...limits.removeAll()]) this.#checkAgain(one);
    const running = [...this.#held.values()].filter((attempt) => !attempt.recording && !attempt.disowned);
    await Promise.all(running.map((attempt) => reclaimAttempt(attempt, claims, onTrouble)));
  }

  /** Tells the server that everything is still held. */
  touch(): void {
    for (const attempt of this.#held.values()) if (!attempt.disowned) attempt.messages.at(-1)?.working();
    this.#ready.touch();
    this.#lone.touch();
    this.#parts.suspects.touch();
    this.#parts.limits.touch();
  }

  /** To be called often. Gives back what has waited for a slot too long: another worker may be idle. */
  giveBackOld(): void {
    const now = this.#parts.clock.now();
    this.#stall.turn(now);
    for (const one of this.#ready.takeOld(now)) this.#handBack(one);
  }

  /** Starts nothing more, and gives back what has not started. */
  async quiesce(): Promise<void> {
    this.#stopping = true;
    const { suspects, limits } = this.#parts;
    for (const one of [...this.#ready.takeAll(), ...this.#lone.takeAll(), ...limits.stop()]) this.#handBack(one);
    await suspects.stop();
  }

  /** Starts nothing more; gives back what has not started; waits for what runs, then ends it. */
  async drain(drainMs: number): Promise<void> {
    const { recorder, clock, slots } = this.#parts;
    const drained = Promise.withResolvers<void>();
    this.#drained = drained.resolve;
    // From now on, however long giving back takes: a claim may be waiting for the log.
    const timer = clock.setTimer(drainMs, () => {
      for (const attempt of this.#held.values()) attempt.drain(DRAIN_GRACE_MS);
    });
    await this.quiesce();
    if (slots.running > 0) await drained.promise;
    timer.cancel();
    const recorded = Promise.withResolvers<void>();
    const enough = clock.setTimer(RECORD_WAIT_MS, recorded.resolve);
    await Promise.race([recorder.idle(), recorded.promise]);
    enough.cancel();
  }

  onProgress(attempt: Attempt): void {
    this.#parts.active.progressed(attempt);
  }

  onEnd(attempt: Attempt, outcome: Outcome | undefined): void {
    const { slots, recorder, limits, clock } = this.#parts;
    slots.freed(clock.now() - attempt.startedAt);
    this.#lone.ended(attempt);
    limits.ended(attempt.run.id, attempt.delivery);
    if (outcome) recorder.record(attempt, outcome);
    else this.#forget(attempt);
    this.#startLone();
    if (this.#ready.length > 0) this.#startReady();
    limits.onSlotFree();
    if (!this.#stopping) this.#parts.onRoom();
    else if (slots.running === 0) this.#drained?.();
  }

  /** The recorder is done with an attempt. */
  onSettled(attempt: Attempt, event: RunEvent | undefined): void {
    if (event?.type === 'RunSucceeded') this.finished += 1;
    if (event?.type === 'RunAttemptFailed') this.failed += 1;
    this.#forget(attempt);
  }

  /** One that asks for its permits is about to need a slot. */
  #freeSlots(): number {
    return this.#parts.slots.free - this.#parts.limits.asking;
  }

  /** It has cost workers, and there is no process of its own to be had for it. */
  #mustBeAlone({ queued, takeover }: Admitted): boolean {
    if (!takeover?.alone) return false;
    const found = this.#parts.runners.find(queued.run, true);
    return found.kind === 'run' && !found.ownProcess;
  }

  #admitLone(admitted: Admitted): void {
    this.#lone.wait(admitted);
    for (const ready of this.#ready.takeAll()) this.#handBack(ready);
    this.#startLone();
  }

  /** Of those that must run alone, starts one as soon as nothing runs; what does not start after all makes way. */
  #startLone(): void {
    const { slots } = this.#parts;
    for (let next = this.#lone.next(slots.running); next; next = this.#lone.next(slots.running)) this.#start(next);
  }

  /**
   * Nothing was started, and nothing will be here. Whatever bears a claim must say so: others would wait for this worker
   * as long as it lives, and take what may run once for lost when it does not.
   */
  #handBack(admitted: Admitted): void {
    if (admitted.claim > 0) {
      this.#begin(admitted).end({ kind: 'returned', reason: 'drained', notBefore: this.#parts.clock.now() });
      return;
    }
    this.#parts.limits.ended(admitted.queued.run.id, admitted.queued.delivery);
    admitted.message.nak();
  }

  /** It does not start before it is known again whether it may; what it was granted goes back. */
  #checkAgain({ message, queued, claim, knownAt }: Admitted): void {
    this.#parts.limits.ended(queued.run.id, queued.delivery);
    this.#parts.suspects.park(message, queued, claim, knownAt);
  }

  #startReady(): void {
    // A handler that ends at once ends inside the loop; it must not begin another one.
    if (this.#startingReady) return;
    this.#startingReady = true;
    while (this.#freeSlots() > 0) {
      const ready = this.#ready.shift();
      if (!ready) break;
      this.#start(ready);
    }
    this.#startingReady = false;
  }

  #start(admitted: Admitted) {
    const { cancelled, clock, recorder, runners, limits } = this.#parts;
    const { queued, message, begun } = admitted;
    const { run } = queued;
    const now = clock.now();
    if (isStale(admitted, now)) return this.#checkAgain(admitted);
    if (cancelled.has(run.id, message.seq) && !begun) {
      limits.ended(run.id, queued.delivery);
      return message.ack();
    }
    if (run.expiresAt !== undefined && run.expiresAt <= now && !begun) {
      limits.ended(run.id, queued.delivery);
      return recorder.recordExpired(admitted, now);
    }
    const stopping = admitted.cancelled || cancelled.has(run.id, message.seq);
    const alone = admitted.takeover?.alone === true;
    const found = runners.find(run, alone);
    if (found.kind === 'run' && !stopping && !admitted.granted && limits.enter(admitted)) return;
    const attempt = this.#begin(admitted);
    if (stopping) return attempt.end({ kind: 'cancelled' });
    if (this.#mustBeAlone(admitted)) this.#lone.started(attempt);
    if (found.kind === 'elsewhere') {
      const { handlerless, canOther } = this.#parts;
      return attempt.end(handlerless.outcome(queued, found.missing, now, canOther(run)));
    }
    if (found.kind === 'nowhere') {
      return attempt.end({ kind: 'failed', error: { code: 'KIND_DISABLED', message: found.reason, retryable: false } });
    }
    if (!admitted.takeover || run.guarantee === 'AT_MOST_ONCE') return this.#run(attempt, found);
    void this.#parts.active.startsNow(attempt, alone).then((recorded) => {
      // Without a record of its start it must not begin; its message comes again.
      if (!recorded) return attempt.takenOver();
      if (!attempt.ended) this.#run(attempt, found);
    });
  }

  #run(attempt: Attempt, found: Extract<FoundRunner, { kind: 'run' }>): void {
    const { run, startedAt } = attempt;
    const { hardMs } = run.timeout;
    // Where this loop may be blocked by it, the heartbeat thread keeps the hard limit.
    attempt.messages[0]?.started?.(attempt.claim, startedAt, hardMs && !found.ownProcess ? startedAt + hardMs : 0);
    attempt.begun = true;
    this.#parts.active.started(attempt);
    if (found.heartbeatMs !== undefined) attempt.armHeartbeat(found.heartbeatMs);
    try {
      const returned = inScope(attempt, () => found.run(new AttemptContext(attempt, run.input)));
      if (!isThenable(returned)) attempt.returned(returned);
      else
        returned.then(
          (value) => attempt.returned(value),
          (thrown) => attempt.threw(thrown),
        );
    } catch (thrown) {
      attempt.threw(thrown);
    }
  }

  #begin({ queued, message, claim }: Admitted): Attempt {
    const attempt = new Attempt(this, queued, message, claim);
    // An earlier queueing of it that still runs here has been replaced.
    const before = this.#held.get(queued.run.id);
    if (before && !before.ended) before.takenOver();
    this.#held.set(queued.run.id, attempt);
    this.#parts.slots.taken();
    return attempt;
  }

  #forget(attempt: Attempt): void {
    for (const message of attempt.messages) message.release?.();
    if (this.#held.get(attempt.run.id) === attempt) this.#held.delete(attempt.run.id);
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function';
}
