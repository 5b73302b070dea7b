import { RUNS_STREAM } from '@jobflow/contracts';
import type { Logger, NatsLink, Service } from '@jobflow/platform';

/** What time the broker has. Ticks follow its clock, so that schedulers with different clocks agree. */
export interface BrokerTime {
  /** Never ahead of the broker's clock; −∞ before it was first read. */
  now(): number;
}

const AGAIN_MS = 15_000;
const RETRY_MS = 500;

/**
 * Reads the broker's clock every 15 s and after every reconnect. An answer was written before it arrived, so the time
 * in it plus what has passed since its arrival lies behind the broker's clock by at most the way here.
 */
export function createBrokerTime(link: NatsLink, logger: Logger): BrokerTime & Service {
  let base = Number.NEGATIVE_INFINITY;
  let arrivedAt = 0;
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  const off = link.onConnected(() => plan(0));

  async function read(): Promise<void> {
    const { ts } = await link.jsm.streams.info(RUNS_STREAM);
    const at = Date.parse(`${ts}`);
    if (!Number.isFinite(at)) throw new Error('NATS does not tell its time');
    base = at;
    arrivedAt = performance.now();
  }

  function plan(delayMs: number): void {
    clearTimeout(timer);
    if (!stopped) timer = setTimeout(() => void again(), delayMs);
  }

  async function again(): Promise<void> {
    try {
      await read();
      plan(AGAIN_MS);
    } catch (error) {
      if (!stopped && link.connected()) logger.warn({ err: error }, 'cannot read the clock of NATS now');
      plan(RETRY_MS);
    }
  }

  return {
    now: () => Math.floor(base + (performance.now() - arrivedAt)),
    async start() {
      await read();
      plan(AGAIN_MS);
    },
    async stop() {
      stopped = true;
      off();
      clearTimeout(timer);
    },
  };
}
