import { limits, RUNS_STREAM } from '@jobflow/contracts';
import type { Clock, NatsLink } from '@jobflow/platform';

/** How full the run log is and where it ends: asked at most once a second, and only while somebody wants to know. */
export interface LogGauge {
  /** False from 80 % of the stream's bytes: the rest belongs to runs already admitted. */
  admits(): Promise<boolean>;
  /** Nothing more fits, not even what would end runs. */
  isFull(): Promise<boolean>;
  /** The last sequence, asked now. */
  end(): Promise<number>;
  /** Since when the log has held something that a reader at `passed` has not seen; 0 when it has seen all. Throws if NATS never answered. */
  lagMs(passed: number): Promise<number>;
}

interface Reading {
  at: number;
  share: number;
  lastSeq: number;
}

const FRESH_MS = 1_000;
/** An older reading is not relied on while the next one is under way. */
const STALE_MS = 3_000;
const KEPT = 120;
const FULL = 0.995;

export function createLogGauge(link: Pick<NatsLink, 'jsm'>, clock: Pick<Clock, 'now'>): LogGauge {
  const readings: Reading[] = [];
  let asking: Promise<Reading> | undefined;

  const ask = async (): Promise<Reading> => {
    const at = clock.now();
    const { config, state } = await link.jsm.streams.info(RUNS_STREAM);
    const share = config.max_bytes > 0 ? state.bytes / config.max_bytes : 0;
    const reading = { at, share, lastSeq: state.last_seq };
    readings.push(reading);
    if (readings.length > KEPT) readings.shift();
    return reading;
  };
  const refresh = (): Promise<Reading> => {
    asking ??= ask().finally(() => {
      asking = undefined;
    });
    return asking;
  };
  /** The latest reading; waits for a new one only if there is none that is recent enough. */
  const recent = async (): Promise<Reading> => {
    const last = readings.at(-1);
    const age = last ? clock.now() - last.at : Number.POSITIVE_INFINITY;
    if (last && age < FRESH_MS) return last;
    const next = refresh();
    if (!last || age >= STALE_MS) return next;
    next.catch(() => undefined);
    return last;
  };

  /** When NATS does not answer, the last reading counts. */
  const lastKnown = (): Promise<Reading> =>
    recent().catch((error: unknown) => {
      const last = readings.at(-1);
      if (!last) throw error;
      return last;
    });
  /** What admits too much is told by the append itself, with its own deadline. */
  const share = (): Promise<number> =>
    lastKnown().then(
      (reading) => reading.share,
      () => 0,
    );

  return {
    admits: async () => (await share()) < limits.admissionShare,
    isFull: async () => (await share()) >= FULL,
    async end() {
      // What is being asked may have been answered before the caller's own write.
      await asking?.catch(() => undefined);
      return (await refresh()).lastSeq;
    },
    async lagMs(passed) {
      const last = await lastKnown();
      if (last.lastSeq <= passed) return 0;
      const first = readings.find((reading) => reading.lastSeq > passed) ?? last;
      return Math.max(1, clock.now() - first.at);
    },
  };
}

const gauges = new WeakMap<NatsLink, LogGauge>();

/** The gauge of this process. */
export function logGauge({ link, clock }: { link: NatsLink; clock: Clock }): LogGauge {
  const gauge = gauges.get(link) ?? createLogGauge(link, clock);
  gauges.set(link, gauge);
  return gauge;
}
