import { outcomeSubject, type RunEvent } from '@jobflow/contracts';
import { type Outcome, settle } from '@jobflow/domain';
import type { Clock } from '@jobflow/platform';
import type { Attempt } from '../attempt/attempt.js';
import type { PulledMessage } from '../intake/pulled-message.js';
import type { Admitted } from '../intake/suspects.js';

/** An outcome does not wait longer than this for its last log lines to be stored. */
const LOG_WAIT_MS = 5_000;
/**
 * Within this time of its end a run's message is certainly still this worker's: the server gives it to another after
 * 30 s. An acknowledgement that comes later would take it from whoever has it then, and they might die with it.
 */
const SURELY_OURS_MS = 20_000;

export interface OutcomeRecorderOptions {
  workerId: string;
  clock: Clock;
  random: () => number;
  /** Resolves once the events are stored, however often that must be tried; rejects when the log is stopped. */
  record: (subject: string, events: RunEvent[]) => Promise<unknown>;
  /** Recorded and acknowledged, or given up because the log was stopped. */
  onSettled: (attempt: Attempt, event: RunEvent | undefined) => void;
  onTrouble: (what: string, error: unknown) => void;
}

/**
 * Records how attempts ended. The log has acknowledged the outcome before the message is acknowledged, always: a crash
 * between the two repeats a message, which is then found to be over, and never loses an outcome.
 */
export class OutcomeRecorder {
  readonly #options: OutcomeRecorderOptions;
  /** Ended, but not yet recorded and acknowledged. */
  unsettled = 0;
  #idle: (() => void)[] = [];

  constructor(options: OutcomeRecorderOptions) {
    this.#options = options;
  }

  record(attempt: Attempt, outcome: Outcome): void {
    this.unsettled += 1;
    const logs = attempt.logFlushed();
    if (logs || attempt.claiming || attempt.telling) void this.#recordAfter(attempt, outcome, logs);
    else this.#write(attempt, outcome);
  }

  /** Records that the run's time had passed before it could start. */
  recordExpired(admitted: Admitted, now: number): void {
    this.recordUnstarted(admitted, { type: 'RunExpired', runId: admitted.queued.run.id, at: now });
  }

  /** Records that the run was put off while its message was here. */
  recordLetGo(admitted: Admitted, at: number): void {
    const { run, attempt, delivery } = admitted.queued;
    const ref = { runId: run.id, attempt, delivery, claim: admitted.claim, workerId: this.#options.workerId };
    this.recordUnstarted(admitted, { type: 'RunReturned', ...ref, reason: 'rescheduled', at, notBefore: at });
  }

  /** Records what became of a run that did not start here. */
  recordUnstarted({ message, queued }: Admitted, event: RunEvent): void {
    this.unsettled += 1;
    const endedAt = this.#options.clock.now();
    this.#options.record(outcomeSubject(queued.run.queue), [event]).then(
      () => {
        this.#acknowledge([message], endedAt);
        this.#settled();
      },
      (error) => {
        this.#options.onTrouble('what became of a run that did not start was not recorded', error);
        this.#settled();
      },
    );
  }

  /** Resolves when everything that has ended is recorded. */
  idle(): Promise<void> {
    if (this.unsettled === 0) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  async #recordAfter(attempt: Attempt, outcome: Outcome, logs: Promise<void> | undefined): Promise<void> {
    if (logs) {
      const waited = Promise.withResolvers<void>();
      const timer = this.#options.clock.setTimer(LOG_WAIT_MS, waited.resolve);
      await Promise.race([logs, waited.promise]);
      timer.cancel();
    }
    // A re-claim that is under way decides under which claim the outcome counts, and it may begin while the logs wait.
    for (let first = attempt.claiming ?? attempt.telling; first; first = attempt.claiming ?? attempt.telling)
      await first;
    this.#write(attempt, outcome);
  }

  #write(attempt: Attempt, outcome: Outcome) {
    attempt.recording = true;
    if (attempt.disowned) return this.#finish(attempt, undefined);
    const { run, delivery, claim, startedAt } = attempt;
    const ref = {
      runId: run.id,
      attempt: attempt.attempt,
      delivery,
      claim,
      startedAt,
      workerId: this.#options.workerId,
    };
    const endedAt = this.#options.clock.now();
    const event = settle(outcome, ref, run, endedAt, this.#options.random);
    this.#options.record(outcomeSubject(run.queue), [event]).then(
      () => {
        // An acknowledgement by the run's former worker would take the message from its present one.
        if (!attempt.disowned) this.#acknowledge(attempt.messages, endedAt);
        this.#finish(attempt, event);
      },
      (error) => {
        this.#options.onTrouble('the outcome of a run was not recorded; its message will be delivered again', error);
        this.#finish(attempt, undefined);
      },
    );
  }

  /** A message that is not acknowledged comes again, and is found to be over. */
  #acknowledge(messages: readonly PulledMessage[], endedAt: number): void {
    const ours = this.#options.clock.now() - endedAt < SURELY_OURS_MS;
    for (const message of messages) {
      if (ours) message.ack();
      else message.release?.();
    }
  }

  #finish(attempt: Attempt, event: RunEvent | undefined): void {
    this.#settled();
    this.#options.onSettled(attempt, event);
  }

  #settled(): void {
    this.unsettled -= 1;
    if (this.unsettled === 0) for (const resolve of this.#idle.splice(0)) resolve();
  }
}
