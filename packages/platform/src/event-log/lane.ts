import { limits } from '@jobflow/contracts';
import type { Logger } from 'pino';
import type { AckInbox } from '../nats/ack-inbox.js';
import type { NatsLink } from '../nats/nats-link.js';
import { LogUnavailableError } from './event-log-types.js';
import { GroupCost } from './group-cost.js';
import type { LogMetrics } from './log-metrics.js';
import { storeBatch, storePlain } from './store-units.js';
import type { Unit } from './unit.js';

const GROUP_BYTES = 4 * 1024 * 1024;
const DEADLINE_SWEEP_MS = 100;
const DEFERRED_MS = 1_000;
/** A group that took so long was repeated, or the server was busy otherwise: nothing to learn from. */
const TROUBLE_MS = 2_000;

interface Group {
  units: Unit[];
  messages: number;
  plain: boolean;
}

/** How long whoever is not patient for ever is let wait, in milliseconds. */
export interface Patience {
  /** For a stream that takes nothing. */
  silenceMs: number;
  /** In all: one that takes what others send is not away, it has much to do. */
  deadlineMs: number;
}

export interface LaneOptions {
  link: NatsLink;
  inbox: AckInbox;
  stream: string;
  atomic: boolean;
  patience: Patience;
  logger: Logger;
  metrics: LogMetrics;
}

/**
 * Group commit for one stream: one group in flight at a time; what comes meanwhile gathers and goes as the next. At low
 * load nothing waits, under load the round trip and the server's fsync are shared.
 */
export class Lane {
  #pending: Unit[] = [];
  #flying: Unit[] = [];
  #deferred = new Set<Unit>();
  #running = false;
  #stopped = false;
  #sleepers = new Set<() => void>();
  #idle: (() => void)[] = [];
  #cost = new GroupCost();
  /** When the server last answered for good, in ms since 1970. */
  #heardAt = 0;
  /** Why what is under way is repeated. */
  #trouble: string | undefined;

  constructor(private readonly options: LaneOptions) {}

  /** Units not yet answered. */
  get depth(): number {
    return this.#pending.length + this.#flying.length + this.#deferred.size;
  }

  submit(unit: Unit): void {
    this.#pending.push(unit);
    if (this.#running) return;
    this.#running = true;
    // One microtask later, so that what the same turn appends goes along.
    queueMicrotask(() => void this.#run());
  }

  /** Resolves when nothing waits any more. */
  idle(): Promise<void> {
    return this.depth === 0 ? Promise.resolve() : new Promise((resolve) => void this.#idle.push(resolve));
  }

  /** Ends the loop; whoever still waits learns that the outcome is unknown. */
  stop(): void {
    this.#stopped = true;
    const error = new LogUnavailableError('the log stopped before this was known to be stored');
    for (const unit of [...this.#pending, ...this.#flying, ...this.#deferred]) unit.fail(error);
    this.#pending = [];
    this.#deferred.clear();
    for (const wake of [...this.#sleepers]) wake();
  }

  async #run(): Promise<void> {
    // Not at once: after a time without the processor, answers lie in the socket that are to be read first.
    const sweep = setInterval(() => setImmediate(() => this.#failExpired()), DEADLINE_SWEEP_MS);
    try {
      while (this.#pending.length > 0 && !this.#stopped) {
        const group = this.#takeGroup();
        this.#flying = group.units;
        this.options.metrics.group(this.options.stream, group.messages);
        await this.#store(group);
        this.#flying = [];
      }
    } catch (error) {
      // Nothing above throws by design; if it does, nobody may wait for ever.
      const cause = new LogUnavailableError('the log failed', { cause: error });
      for (const unit of this.#flying) unit.fail(cause);
      this.#flying = [];
      this.options.logger.error({ err: error, stream: this.options.stream }, 'a group of appends failed');
    } finally {
      clearInterval(sweep);
      this.#running = false;
    }
    if (this.#pending.length > 0 && !this.#stopped) {
      this.#running = true;
      queueMicrotask(() => void this.#run());
    } else if (this.depth === 0) {
      for (const resolve of this.#idle.splice(0)) resolve();
    }
  }

  async #store({ units, messages, plain }: Group): Promise<void> {
    const context = this.#context();
    const started = performance.now();
    if (plain) await Promise.all(units.map((unit) => storePlain(context, unit)));
    else await storeBatch(context, units);
    const took = performance.now() - started;
    if (took > TROUBLE_MS) return;
    if (plain) this.#cost.tookPlain(messages, took);
    else this.#cost.tookBatch(messages, took);
  }

  /**
   * As much as may go together. Units of one message that stand first go each on their own where that is quicker, or the
   * stream takes no batches; otherwise whatever fits makes one batch.
   */
  #takeGroup(): Group {
    const few = this.#pending.slice(0, limits.batchMessages);
    const wide = few.findIndex((unit) => unit.count > 1);
    const singles = wide === -1 ? few.length : wide;
    const plain = singles > 0 && (!this.options.atomic || this.#cost.plain(singles));
    const most = plain ? Math.min(singles, GroupCost.WINDOW) : limits.batchMessages;
    let messages = 0;
    let bytes = 0;
    let n = 0;
    for (const unit of this.#pending) {
      if (n > 0 && (messages + unit.count > most || bytes + unit.bytes > GROUP_BYTES)) break;
      messages += unit.count;
      bytes += unit.bytes;
      n++;
    }
    return { units: this.#pending.splice(0, n), messages, plain };
  }

  #failExpired(): void {
    const { silenceMs, deadlineMs } = this.options.patience;
    const now = Date.now();
    const late = ({ since }: Unit) =>
      since !== undefined && (now - Math.max(since, this.#heardAt) >= silenceMs || now - since >= deadlineMs);
    const why = `the log did not answer in time${this.#trouble ? ` (${this.#trouble})` : ''}`;
    for (const unit of this.#flying.filter(late))
      unit.fail(new LogUnavailableError(`${why}: whether it is stored is unknown`));
    const waited = this.#pending.filter(late);
    if (waited.length === 0) return;
    for (const unit of waited) unit.fail(new LogUnavailableError(`${why}: it is not stored`, { stored: 'no' }));
    this.#pending = this.#pending.filter((unit) => !unit.settled);
  }

  #context() {
    const { link, inbox, stream, atomic, logger } = this.options;
    return {
      link,
      inbox,
      stream,
      atomic,
      logger,
      heard: (trouble: string | undefined) => this.#heard(trouble),
      defer: (unit: Unit) => this.#defer(unit),
      pause: (attempt: number) => this.#pause(attempt),
    };
  }

  #heard(trouble: string | undefined): void {
    this.#trouble = trouble;
    if (trouble === undefined) this.#heardAt = Date.now();
  }

  #defer(unit: Unit): void {
    this.options.metrics.refused(this.options.stream, 'full');
    this.#deferred.add(unit);
    setTimeout(() => {
      if (this.#deferred.delete(unit) && !this.#stopped) this.submit(unit);
    }, DEFERRED_MS);
  }

  async #pause(attempt: number): Promise<boolean> {
    if (this.#stopped) return false;
    const longest = Math.min(1_000, 20 * 2 ** Math.min(attempt, 10));
    const { promise, resolve } = Promise.withResolvers<void>();
    // Without a connection there is nothing to try; its return ends the wait.
    const timer = setTimeout(resolve, this.options.link.connected() ? Math.random() * longest : 5_000);
    const off = this.options.link.onConnected(resolve);
    this.#sleepers.add(resolve);
    await promise;
    clearTimeout(timer);
    off();
    this.#sleepers.delete(resolve);
    return !this.#stopped;
  }
}
