import { activeSubject, type RunEvent } from '@jobflow/contracts';
import type { Clock, Timer } from '@jobflow/platform';
import type { Attempt } from '../attempt/attempt.js';
import { storableText } from '../attempt/storable-text.js';

/** A handler that is done sooner is told of by its outcome alone. */
const YOUNG_MS = 25;
const PROGRESS_MS = 200;
const PROGRESS_TICK_MS = 50;
const PROGRESS_MESSAGE = 500;

export interface ActiveReporterOptions {
  workerId: string;
  clock: Clock;
  /** Stores events; tells whether that worked. Its failures are reported by whoever provides it. */
  record: (subject: string, events: RunEvent[]) => Promise<boolean>;
}

/**
 * Tells what goes on while runs are active: RunStarted for those that outlive the next commits, and their progress, at
 * most five times a second each, the newest of what was reported. The time limits of an attempt start here too, so that
 * a short run costs no timer.
 */
export class ActiveReporter {
  readonly #options: ActiveReporterOptions;
  #young: Attempt[] = [];
  #timer: Timer | undefined;
  /** When each attempt's progress was last told. */
  readonly #progress = new Map<Attempt, number>();
  #progressTimer: Timer | undefined;

  constructor(options: ActiveReporterOptions) {
    this.#options = options;
  }

  started(attempt: Attempt): void {
    const { softMs, hardMs } = attempt.run.timeout;
    if ((softMs && softMs < 1000) || (hardMs && hardMs < 1000)) attempt.armLimits(0);
    if (attempt.toldStarted) {
      attempt.armLimits(0);
      return;
    }
    this.#young.push(attempt);
    this.#timer ??= this.#options.clock.setTimer(YOUNG_MS, () => this.#grown());
  }

  /**
   * Records the start of an attempt before it begins, so that it is known whom it costs if it ends its worker at once.
   * False if that could not be recorded: then it must not begin.
   */
  async startsNow(attempt: Attempt, alone: boolean): Promise<boolean> {
    attempt.toldStarted = true;
    return this.#recordStart(attempt, alone);
  }

  /** The attempt has progress to tell: with its start, at once, or when 200 ms have passed since the last time. */
  progressed(attempt: Attempt): void {
    if (attempt.toldStarted && !this.#progress.has(attempt)) this.#tellProgress(attempt, this.#options.clock.now());
  }

  stop(): void {
    this.#timer?.cancel();
    this.#progressTimer?.cancel();
    this.#young = [];
    this.#progress.clear();
  }

  #grown(): void {
    this.#timer = undefined;
    const now = this.#options.clock.now();
    let grown = 0;
    for (const attempt of this.#young) {
      if (!attempt.ended && now - attempt.startedAt < YOUNG_MS - 5) break;
      if (!attempt.ended) this.#tellStarted(attempt, now);
      grown += 1;
    }
    this.#young.splice(0, grown);
    if (this.#young.length > 0) this.#timer = this.#options.clock.setTimer(YOUNG_MS, () => this.#grown());
  }

  #tellStarted(attempt: Attempt, now: number): void {
    attempt.toldStarted = true;
    attempt.armLimits(now - attempt.startedAt);
    void this.#recordStart(attempt, false);
    if (attempt.progress) this.#tellProgress(attempt, now);
  }

  #recordStart(attempt: Attempt, alone: boolean): Promise<boolean> {
    const { startedAt } = attempt;
    return this.#tell(attempt, { type: 'RunStarted', ...this.#ref(attempt), startedAt, ...(alone && { alone }) });
  }

  #tellAllProgress(): void {
    this.#progressTimer = undefined;
    const now = this.#options.clock.now();
    for (const [attempt, last] of this.#progress) {
      if (attempt.ended) this.#progress.delete(attempt);
      else if (now - last < PROGRESS_MS) continue;
      else if (attempt.progress) this.#tellProgress(attempt, now);
      else this.#progress.delete(attempt);
    }
    if (this.#progress.size > 0) {
      this.#progressTimer = this.#options.clock.setTimer(PROGRESS_TICK_MS, () => this.#tellAllProgress());
    }
  }

  #tellProgress(attempt: Attempt, now: number): void {
    const { progress } = attempt;
    if (!progress || attempt.ended) return;
    attempt.progress = undefined;
    this.#progress.set(attempt, now);
    const event: RunEvent = {
      type: 'RunProgressed',
      ...this.#ref(attempt),
      progress: progress.percent,
      ...(progress.message !== undefined && { message: storableText(String(progress.message), PROGRESS_MESSAGE) }),
    };
    void this.#tell(attempt, event);
    this.#progressTimer ??= this.#options.clock.setTimer(PROGRESS_TICK_MS, () => this.#tellAllProgress());
  }

  /** What is told on another subject than the outcome has no order with it, unless the outcome waits. */
  #tell(attempt: Attempt, event: RunEvent): Promise<boolean> {
    const told = this.#options.record(activeSubject(attempt.run.queue), [event]);
    const telling = told.then(() => {
      if (attempt.telling === telling) attempt.telling = undefined;
    });
    attempt.telling = telling;
    return told;
  }

  #ref({ run, attempt, delivery, claim }: Attempt) {
    return { runId: run.id, attempt, delivery, claim, workerId: this.#options.workerId };
  }
}
