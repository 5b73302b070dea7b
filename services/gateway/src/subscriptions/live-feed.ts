import { CheckpointMoved, hasPassed, live, mergePositions, type Position, ZERO } from '@jobflow/contracts';
import type { Clock, Logger, NatsLink, Service, Timer } from '@jobflow/platform';
import type { LiveFeed, LiveTick } from './live-tick.js';
import { Mailbox } from './mailbox.js';
import { mergeTicks } from './merge-ticks.js';

/** 20 ticks a second at most. */
const paceMs = 50;
/** After this long without a word from the projector the checkpoint is read from the database instead. */
const silentMs = 2_500;
const lookEveryMs = 1_000;
const mostShared = 1_000;

interface Waiter {
  wanted: Position;
  done: (passed: boolean) => void;
}

export interface LiveFeedOptions {
  link: NatsLink;
  clock: Clock;
  logger: Logger;
  /** The projector's checkpoint as the database has it. */
  readCheckpoint: () => Promise<Position>;
}

const noLogs: ReadonlySet<string> = new Set();

/**
 * Follows the projector. It tells its checkpoint after each commit and every second, as (prev, cur): when prev is not
 * what was heard last, something was lost on the way, and the next tick simply spans the gap.
 */
export function createLiveFeed({ link, clock, logger, readCheckpoint }: LiveFeedOptions): LiveFeed & Service {
  let current: Position = ZERO;
  let heardAt = Number.NEGATIVE_INFINITY;
  let pending: LiveTick | undefined;
  let toldAt = 0;
  let telling: Timer | undefined;
  let looking: Timer | undefined;
  let unsubscribe: (() => void) | undefined;
  const mailboxes = new Set<Mailbox>();
  const waiters = new Set<Waiter>();
  let shared = new Map<string, Promise<unknown>>();
  let sharedBefore = new Map<string, Promise<unknown>>();

  function hear(data: Uint8Array): void {
    const parsed = CheckpointMoved.safeParse(parseJson(data));
    if (!parsed.success) return;
    heardAt = clock.now();
    const { prev, cur, logs, logsMany, deliveries } = parsed.data;
    const lost = prev.runs !== current.runs || prev.state !== current.state;
    advance(cur, {
      logs: logs?.length ? new Set(logs) : noLogs,
      logsMany: lost || logsMany === true,
      deliveries: lost || deliveries === true,
    });
  }

  function advance(cur: Position, what: Pick<LiveTick, 'logs' | 'logsMany' | 'deliveries'>): void {
    const reset = cur.runs < current.runs || cur.state < current.state;
    const moved = reset || cur.runs > current.runs || cur.state > current.state;
    if (!moved && what.logs.size === 0 && !what.logsMany && !what.deliveries) return;
    pending = mergeTicks(pending, { prev: reset ? ZERO : current, cur, ...what, reset });
    current = cur;
    for (const waiter of waiters) if (hasPassed(current, waiter.wanted)) waiter.done(true);
    schedule();
  }

  function schedule(): void {
    if (telling || !pending) return;
    const dueIn = toldAt + paceMs - clock.now();
    if (dueIn <= 0) tell();
    else telling = clock.setTimer(dueIn, tell);
  }

  function tell(): void {
    telling = undefined;
    const tick = pending;
    if (!tick) return;
    pending = undefined;
    toldAt = clock.now();
    sharedBefore = shared;
    shared = new Map();
    for (const mailbox of mailboxes) mailbox.put(tick);
  }

  /** What a silent projector did not tell is found in the database. */
  async function look(): Promise<void> {
    try {
      if (clock.now() - heardAt < silentMs) return;
      const stored = await readCheckpoint();
      if (!hasPassed(current, stored)) {
        advance(mergePositions(current, stored), { logs: noLogs, logsMany: true, deliveries: true });
      }
    } catch (error) {
      logger.debug({ err: error }, 'the checkpoint could not be read');
    } finally {
      if (unsubscribe) looking = clock.setTimer(lookEveryMs, () => void look());
    }
  }

  return {
    async start() {
      const subscription = link.nc.subscribe(live.checkpoint, {
        callback: (error, message) => {
          if (!error) hear(message.data);
        },
      });
      unsubscribe = () => subscription.unsubscribe();
      const stored = await readCheckpoint();
      if (!hasPassed(current, stored)) current = mergePositions(current, stored);
      looking = clock.setTimer(lookEveryMs, () => void look());
    },
    async stop() {
      unsubscribe?.();
      unsubscribe = undefined;
      looking?.cancel();
      telling?.cancel();
      for (const waiter of [...waiters]) waiter.done(false);
      for (const mailbox of [...mailboxes]) mailbox.close();
    },
    position: () => current,
    silentForMs: () => clock.now() - heardAt,
    waitForPosition(wanted, timeoutMs) {
      if (hasPassed(current, wanted)) return Promise.resolve(true);
      return new Promise((resolve) => {
        const waiter: Waiter = {
          wanted,
          done: (passed) => {
            timer.cancel();
            waiters.delete(waiter);
            resolve(passed);
          },
        };
        const timer = clock.setTimer(timeoutMs, () => waiter.done(false));
        waiters.add(waiter);
      });
    },
    changes(signal, options = {}) {
      const mailbox = new Mailbox((closed) => {
        mailboxes.delete(closed);
        signal.removeEventListener('abort', onAbort);
      });
      const onAbort = () => mailbox.close();
      if (signal.aborted) {
        mailbox.close();
        return mailbox;
      }
      signal.addEventListener('abort', onAbort, { once: true });
      mailboxes.add(mailbox);
      // What is pending was counted in `current` already, so it is part of the first tick or of no interest.
      if (options.after && !hasPassed(options.after, current)) {
        mailbox.put({
          prev: options.after,
          cur: current,
          logs: noLogs,
          logsMany: true,
          deliveries: true,
          reset: false,
        });
      }
      return mailbox;
    },
    shared<T>(tick: LiveTick, key: string, load: () => Promise<T>): Promise<T> {
      const name = `${tick.prev.runs}.${tick.prev.state}-${tick.cur.runs}.${tick.cur.state}:${key}`;
      const known = (shared.get(name) ?? sharedBefore.get(name)) as Promise<T> | undefined;
      if (known) return known;
      const loaded = load();
      if (shared.size < mostShared) shared.set(name, loaded);
      return loaded;
    },
  };
}

function parseJson(data: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(data));
  } catch {
    return undefined;
  }
}
