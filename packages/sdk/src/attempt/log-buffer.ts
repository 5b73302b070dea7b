import { type LinesLogged, type LogLevel, type LogStream, limits, logSubject } from '@jobflow/contracts';
import type { Clock, Timer } from '@jobflow/platform';
import { storableText } from './storable-text.js';

const RANK: Record<LogLevel, number> = { DEBUG: 0, INFO: 1, WARN: 2, ERROR: 3 };
/** What one attempt may write; the rest is counted and dropped. */
const ATTEMPT_LINES = 10_000;
const ATTEMPT_BYTES = 4 * 1024 * 1024;
/** What a worker holds of lines that are not yet stored. */
const BUFFER_BYTES = 32 * 1024 * 1024;
const EVENT_BYTES = 96 * 1024;

type Line = LinesLogged['lines'][number];

export interface LogBufferOptions {
  /** Stores events of a subject; resolves once they are stored. */
  record: (subject: string, events: LinesLogged[]) => Promise<unknown>;
  clock: Clock;
  flushMs?: number;
}

export interface LogOwner {
  runId: string;
  attempt: number;
  queue: string;
  level: LogLevel;
  /** Takes out what must not be stored. */
  redact?: (text: string) => string;
}

/**
 * Gathers what runs log and stores it in batches: every 100 ms, or at once when 500 lines wait. An attempt awaits
 * `RunLog.flushed` before its outcome is recorded, so that a run never ends before its last line.
 */
export class LogBuffer {
  readonly #options: LogBufferOptions;
  readonly #dirty = new Set<RunLog>();
  #timer: Timer | undefined;
  bytes = 0;

  constructor(options: LogBufferOptions) {
    this.#options = options;
  }

  open(owner: LogOwner): RunLog {
    return new RunLog(owner, this);
  }

  now(): number {
    return this.#options.clock.now();
  }

  /** Lines of this log wait to be stored. */
  touched(log: RunLog): void {
    this.#dirty.add(log);
    this.#timer ??= this.#options.clock.setTimer(this.#options.flushMs ?? 100, () => this.#flushAll());
  }

  store(subject: string, event: LinesLogged): Promise<unknown> {
    return this.#options.record(subject, [event]);
  }

  forget(log: RunLog): void {
    this.#dirty.delete(log);
  }

  stop(): void {
    this.#flushAll();
  }

  #flushAll(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    for (const log of this.#dirty) log.flush();
    this.#dirty.clear();
  }
}

/** The log of one attempt. */
export class RunLog {
  readonly #owner: LogOwner;
  readonly #buffer: LogBuffer;
  readonly #rank: number;
  #lines: Line[] = [];
  #bytes = 0;
  /** Dropped since the last kept line; and before the first of `#lines`. */
  #dropped = 0;
  #droppedBefore = 0;
  #everDropped = 0;
  #totalLines = 0;
  #totalBytes = 0;
  #inFlight = 0;
  #waiters: (() => void)[] = [];

  constructor(owner: LogOwner, buffer: LogBuffer) {
    this.#owner = owner;
    this.#buffer = buffer;
    this.#rank = RANK[owner.level];
  }

  write(level: LogLevel, stream: LogStream, text: string): void {
    // What a process prints has no level of its own, so the job's level does not filter it.
    if (stream === 'LOG' && RANK[level] < this.#rank) return;
    const message = storableText(this.#owner.redact?.(text) ?? text, limits.logLineBytes);
    const bytes = Buffer.byteLength(message) + 64;
    const full = this.#totalLines >= ATTEMPT_LINES || this.#totalBytes + bytes > ATTEMPT_BYTES;
    if (full || this.#buffer.bytes + bytes > BUFFER_BYTES) {
      this.#dropped += 1;
      this.#everDropped += 1;
      return;
    }
    this.#add({ at: this.#buffer.now(), level, stream, message }, bytes);
  }

  /** Lines were given up before they came here. */
  lost(count: number): void {
    this.#dropped += count;
    this.#everDropped += count;
  }

  #add(line: Line, bytes: number): void {
    this.#totalLines += 1;
    this.#totalBytes += bytes;
    this.#buffer.bytes += bytes;
    if (this.#dropped > 0) {
      // The count of what was dropped just before this line goes with the event that this line begins.
      this.flush();
      this.#droppedBefore = this.#dropped;
      this.#dropped = 0;
    }
    this.#lines.push(line);
    this.#bytes += bytes;
    if (this.#lines.length >= limits.logLines || this.#bytes >= EVENT_BYTES) this.flush();
    else if (this.#lines.length === 1) this.#buffer.touched(this);
  }

  /** Sends what waits. */
  flush(): void {
    const lines = this.#lines;
    const bytes = this.#bytes;
    if (lines.length === 0) return;
    this.#lines = [];
    this.#bytes = 0;
    const { runId, attempt, queue } = this.#owner;
    const event: LinesLogged = { type: 'LinesLogged', runId, attempt, lines };
    if (this.#droppedBefore > 0) event.dropped = this.#droppedBefore;
    this.#droppedBefore = 0;
    this.#inFlight += 1;
    const done = () => {
      this.#buffer.bytes -= bytes;
      this.#inFlight -= 1;
      if (this.#inFlight === 0) for (const waiter of this.#waiters.splice(0)) waiter();
    };
    // A log that cannot be stored is lost, never the run's outcome: the recorder has reported why.
    this.#buffer.store(logSubject(queue), event).then(done, done);
  }

  /** Resolves when every line is stored; undefined, so that nothing need be awaited, if nothing was ever written. */
  flushed(): Promise<void> | undefined {
    if (this.#totalLines === 0 && this.#dropped === 0) return undefined;
    if (this.#dropped > 0) this.#tellDropped();
    this.flush();
    this.#buffer.forget(this);
    if (this.#inFlight === 0) return undefined;
    return new Promise((resolve) => this.#waiters.push(resolve));
  }

  #tellDropped(): void {
    const mib = ATTEMPT_BYTES / 1024 / 1024;
    const message = `${this.#everDropped} more lines were not kept: an attempt may write ${ATTEMPT_LINES} lines and ${mib} MiB`;
    this.#add({ at: this.#buffer.now(), level: 'WARN', stream: 'LOG', message }, 128);
  }
}
