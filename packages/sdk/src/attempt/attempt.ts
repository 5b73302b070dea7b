import type { RunDefinition } from '@jobflow/contracts';
import type { Outcome } from '@jobflow/domain';
import { type Clock, Redactor, type Timer } from '@jobflow/platform';
import { isAttemptControl } from '../define/attempt-control.js';
import type { PulledMessage } from '../intake/pulled-message.js';
import type { QueuedRun } from '../intake/queued-run.js';
import { redactOutcome } from '../secrets/redact-outcome.js';
import type { SecretSource } from '../secrets/secret-source.js';
import type { ContextHost } from './attempt-context.js';
import type { LogBuffer, RunLog } from './log-buffer.js';
import { outcomeOfReturned, outcomeOfThrown } from './outcome-of.js';

/**
 * One attempt of a run, from its start to its outcome:
 *
 *     running ── the handler returns or throws ─────────────────────▶ ended (outcome)
 *        │
 *        ├─ soft limit ── signal aborted ─┬ handler throws ─────────▶ ended (timed-out)
 *        │                                └ retryAt, noRetry, snooze ▶ ended (failed | snoozed)
 *        ├─ no heartbeat  signals aborted ──────────────────────────▶ ended (timed-out)
 *        ├─ hard limit ── signals aborted ──────────────────────────▶ ended (timed-out)
 *        ├─ cancelled ─── signal aborted ── handler ends, or 1 s ───▶ ended (cancelled)
 *        ├─ drained ───── signal aborted ── handler ends, or 1 s ───▶ ended (succeeded | returned)
 *        └─ taken over ── signals aborted ──────────────────────────▶ ended (no outcome: another worker's counts)
 *
 * It ends exactly once; what its handler does afterwards is of no consequence. Ending frees its slot; recording the
 * outcome is apart from it.
 */
export class Attempt implements ContextHost {
  readonly run: RunDefinition;
  readonly attempt: number;
  readonly delivery: number;
  readonly startedAt: number;
  /** Its messages: the one it came with, and later deliveries of the same that came back to this worker. */
  readonly messages: PulledMessage[];
  /** The claim it runs under; a re-claim after a server restart raises it. */
  claim: number;
  /** While a re-claim is under way, its end must be awaited before anything is recorded. */
  claiming: Promise<void> | undefined;
  /** Its start or its progress is on its way into the log, where its outcome would be before it. */
  telling: Promise<void> | undefined;
  /** Its handler was called. */
  begun = false;
  ended = false;
  /** Its outcome is on its way into the log: from now on its claim must not change. */
  recording = false;
  /** Another worker claimed the run: nothing may be recorded or acknowledged for it here. */
  disowned = false;
  /** RunStarted was recorded. */
  toldStarted = false;
  progress: { percent: number; message: string | undefined } | undefined;

  readonly #host: AttemptHost;
  #log: RunLog | undefined;
  #redactor: Redactor | undefined;
  #soft: AbortController | undefined;
  #hard: AbortController | undefined;
  #timers: Timer[] = [];
  #limitsArmed = false;
  #heardAt: number;
  #stopping: 'cancelled' | 'drained' | 'soft-limit' | undefined;

  constructor(host: AttemptHost, queued: QueuedRun, message: PulledMessage, claim: number) {
    this.#host = host;
    this.run = queued.run;
    this.attempt = queued.attempt;
    this.delivery = queued.delivery;
    this.messages = [message];
    this.claim = claim;
    this.startedAt = host.clock.now();
    this.#heardAt = this.startedAt;
  }

  get softSignal(): AbortSignal {
    this.#soft ??= abortedIf(this.ended || this.#stopping !== undefined);
    return this.#soft.signal;
  }

  get hardSignal(): AbortSignal {
    this.#hard ??= abortedIf(this.ended);
    return this.#hard.signal;
  }

  get log(): RunLog {
    const { id: runId, queue, logLevel: level = 'INFO' } = this.run;
    this.#log ??= this.#host.logs.open({
      ...{ runId, queue, level, attempt: this.attempt },
      redact: (text) => this.#redactor?.text(text) ?? text,
    });
    return this.#log;
  }

  get redactor(): Redactor {
    this.#redactor ??= new Redactor();
    return this.#redactor;
  }

  async secret(name: string): Promise<string> {
    const value = await this.#host.secrets.get(name);
    this.redactor.add(value);
    return value;
  }

  /** Resolves when all it logged is stored; undefined if there is nothing to wait for. */
  logFlushed(): Promise<void> | undefined {
    return this.#log?.flushed();
  }

  /** The handler says that it is at work. */
  heartbeat(): void {
    this.#heardAt = this.now();
  }

  now(): number {
    return this.#host.clock.now();
  }

  reportProgress(percent: number, message: string | undefined): void {
    if (this.ended || !Number.isFinite(percent)) return;
    this.heartbeat();
    const told = message === undefined ? undefined : (this.#redactor?.text(message) ?? message);
    this.progress = { percent: Math.min(100, Math.max(0, percent)), message: told };
    this.#host.onProgress(this);
  }

  /** The handler returned. */
  returned(value: unknown): void {
    if (this.ended) return;
    this.#finish(this.#stopping === 'cancelled' ? { kind: 'cancelled' } : outcomeOfReturned(value));
  }

  /** The handler threw. */
  threw(thrown: unknown): void {
    if (this.ended) return;
    const stopping = this.#stopping;
    // Who answers the soft limit by deciding what comes next has not merely been stopped.
    const decides = stopping === undefined || (stopping === 'soft-limit' && isAttemptControl(thrown));
    this.#finish(decides ? outcomeOfThrown(thrown, this.now()) : this.#outcomeOfStop(stopping));
  }

  /** Starts counting towards the time limits; `elapsedMs` have passed already. */
  armLimits(elapsedMs: number): void {
    const { softMs, hardMs } = this.run.timeout;
    if (this.ended || this.#limitsArmed) return;
    this.#limitsArmed = true;
    if (softMs) this.#after(softMs - elapsedMs, () => this.#stop('soft-limit'));
    if (hardMs) this.#after(hardMs - elapsedMs, () => this.end(this.#timedOut('hard', hardMs)));
  }

  /** From now on it must give a sign of itself at least so often. */
  armHeartbeat(ms: number): void {
    this.heartbeat();
    const check = () => {
      const silentMs = this.now() - this.#heardAt;
      if (silentMs < ms) return this.#after(ms - silentMs, check);
      const message = `Stopped because it gave no sign for ${inWords(ms)}: neither ctx.heartbeat nor ctx.progress was called`;
      this.end({ kind: 'timed-out', error: { code: 'HEARTBEAT_TIMEOUT', message } });
    };
    this.#after(ms, check);
  }

  /** Asks the handler to end; it is given `graceMs` to do so. */
  cancel(graceMs: number): void {
    if (this.ended || this.#stopping === 'cancelled') return;
    this.#stop('cancelled');
    this.#after(graceMs, () => this.end({ kind: 'cancelled' }));
  }

  /** Asks the handler to end because this worker stops; the run goes back to its queue. */
  drain(graceMs: number): void {
    if (this.ended || this.#stopping === 'cancelled') return;
    this.#stop('drained');
    this.#after(graceMs, () => this.end(this.#outcomeOfStop('drained')));
  }

  /** Another worker claimed the run: nothing this attempt does counts any more. */
  takenOver(): void {
    this.disowned = true;
    this.end(undefined);
  }

  /** Ends it although its handler still runs. */
  end(outcome: Outcome | undefined): void {
    if (this.ended) return;
    this.#finish(outcome);
    const why = new DOMException('The attempt is over', 'AbortError');
    if (!this.#soft?.signal.aborted) this.#soft?.abort(why);
    this.#hard?.abort(why);
  }

  #finish(outcome: Outcome | undefined): void {
    this.ended = true;
    for (const timer of this.#timers) timer.cancel();
    this.#timers = [];
    this.#host.onEnd(this, outcome && this.#redactor ? redactOutcome(outcome, this.#redactor) : outcome);
  }

  #stop(why: 'cancelled' | 'drained' | 'soft-limit'): void {
    if (this.ended) return;
    this.#stopping = why;
    this.#soft ??= new AbortController();
    this.#soft.abort(new DOMException(STOP_REASONS[why], why === 'soft-limit' ? 'TimeoutError' : 'AbortError'));
  }

  #outcomeOfStop(why: 'cancelled' | 'drained' | 'soft-limit'): Outcome {
    switch (why) {
      case 'cancelled':
        return { kind: 'cancelled' };
      case 'drained':
        return { kind: 'returned', reason: 'drained', notBefore: this.now(), begun: this.begun };
      case 'soft-limit':
        return this.#timedOut('soft', this.run.timeout.softMs ?? 0);
      default:
        return why satisfies never;
    }
  }

  #timedOut(which: 'soft' | 'hard', ms: number): Outcome {
    return {
      kind: 'timed-out',
      error: { code: 'TIMEOUT', message: `Stopped at its ${which} time limit of ${inWords(ms)}` },
    };
  }

  #after(ms: number, fn: () => void): void {
    this.#timers.push(this.#host.clock.setTimer(Math.max(0, ms), fn));
  }
}

/** What an attempt tells the engine it runs in. */
export interface AttemptHost {
  readonly logs: LogBuffer;
  readonly clock: Clock;
  readonly secrets: SecretSource;
  /** No outcome: the run was taken over, and nothing may be recorded or acknowledged. */
  onEnd(attempt: Attempt, outcome: Outcome | undefined): void;
  onProgress(attempt: Attempt): void;
}

const STOP_REASONS = {
  cancelled: 'The run was cancelled',
  drained: 'The worker is stopping',
  'soft-limit': 'The soft time limit has passed',
} as const;

function abortedIf(aborted: boolean): AbortController {
  const controller = new AbortController();
  if (aborted) controller.abort();
  return controller;
}

const inWords = (ms: number) => (ms < 1000 ? `${ms} ms` : `${Math.round(ms / 100) / 10} s`);
