import type { Clock, Logger, Service, Timer } from '@jobflow/platform';

export interface Rounds extends Service {
  /**
   * Begins the next round so many milliseconds from now, unless it begins sooner anyway. While a round is under way this
   * does nothing: its end plans the next.
   */
  within(delayMs: number): void;
  stopped(): boolean;
}

interface Options {
  clock: Clock;
  logger: Pick<Logger, 'warn'>;
  /** From the end of a round to the beginning of the next, and from the start to the first. */
  everyMs: number;
  /** The same after a round that failed; `everyMs` by default. */
  afterFailureMs?: number;
  /** May answer how long to wait before the next, in place of `everyMs`. */
  round(): Promise<number | undefined> | Promise<void>;
  /** Said of a round that fails. */
  failure: string;
  /** Whether there is nothing to do: then no round is planned until `within` is called. */
  rests?(): boolean;
}

/**
 * Does something again and again. Two rounds never overlap; one that fails is logged, and the next comes all the same;
 * `stop` waits for the one under way.
 */
export function createRounds(options: Options): Rounds {
  const { clock, logger, everyMs, afterFailureMs = everyMs } = options;
  let planned: { at: number; timer: Timer } | undefined;
  let running: Promise<void> | undefined;
  let stopped = false;

  function within(delayMs: number): void {
    const at = clock.now() + delayMs;
    if (stopped || running || options.rests?.() || (planned && planned.at <= at)) return;
    planned?.timer.cancel();
    planned = { at, timer: clock.setTimer(delayMs, begin) };
  }

  function begin(): void {
    planned = undefined;
    // Whether it rests is asked in the same turn as it is over: what comes later finds it over, and can plan.
    running = round().then((delayMs) => {
      running = undefined;
      within(delayMs);
    });
  }

  /** How long to wait before the next. */
  async function round(): Promise<number> {
    try {
      return (await options.round()) ?? everyMs;
    } catch (error) {
      if (!stopped) logger.warn({ err: error }, options.failure);
      return afterFailureMs;
    }
  }

  return {
    within,
    stopped: () => stopped,
    async start() {
      within(everyMs);
    },
    async stop() {
      stopped = true;
      planned?.timer.cancel();
      await running;
    },
  };
}
