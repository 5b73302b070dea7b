import { hostname } from 'node:os';
import { live, MOST_LIMITS_TROUBLE, type WorkerBeat } from '@jobflow/contracts';
import type { Clock, Stoppable } from '@jobflow/platform';
import { every } from './every.js';

const BEAT_MS = 2_000;
/** Well below what a server takes as one message. */
const MOST_BYTES = 512 * 1024;

export interface BeatSource {
  id: string;
  version: string;
  queues: string[];
  concurrency: number;
  prefetch: number;
  describe: () => Pick<WorkerBeat, 'handlers' | 'kinds'>;
  counts: () => Pick<WorkerBeat, 'active' | 'finished' | 'failed'>;
  limitsTrouble: () => string | undefined;
}

export interface WorkerBeats extends Stoppable {
  /** Tells at once that the status has changed. */
  status(status: WorkerBeat['status']): void;
}

/** Tells everyone every two seconds that this worker lives, and how it is. */
export function startWorkerBeats(
  source: BeatSource,
  clock: Clock,
  publish: (subject: string, data: string) => void,
): WorkerBeats {
  const startedAt = clock.now();
  let status: WorkerBeat['status'] = 'ONLINE';
  let cpu = process.cpuUsage();
  let cpuAt = performance.now();
  let cpuPercent = 0;

  const beat = () => {
    const elapsed = performance.now() - cpuAt;
    if (elapsed >= 500) {
      const used = process.cpuUsage(cpu);
      cpuPercent = Math.round(((used.user + used.system) / 1000 / elapsed) * 1000) / 10;
      cpu = process.cpuUsage();
      cpuAt = performance.now();
    }
    const { id, version, queues, concurrency, prefetch } = source;
    const counts = source.counts();
    const limitsTrouble = source.limitsTrouble()?.slice(0, MOST_LIMITS_TROUBLE).toWellFormed();
    const message: WorkerBeat = {
      id,
      host: hostname(),
      pid: process.pid,
      version,
      queues,
      ...source.describe(),
      concurrency,
      prefetch,
      ...counts,
      load: Math.min(1, counts.active / concurrency),
      memoryMb: Math.round(process.memoryUsage.rss() / 1024 / 102.4) / 10,
      cpuPercent,
      startedAt,
      at: clock.now(),
      ...(limitsTrouble !== undefined && { limitsTrouble }),
      status,
    };
    publish(live.worker, fitting(message));
  };

  beat();
  const beats = every(clock, BEAT_MS, beat);
  return {
    status(next) {
      status = next;
      beat();
    },
    stop: () => beats.stop(),
  };
}

/** A beat that would be too large leaves out the schemas, and if need be the handlers. */
function fitting(beat: WorkerBeat): string {
  const whole = JSON.stringify(beat);
  if (whole.length <= MOST_BYTES / 3) return whole;
  if (Buffer.byteLength(whole) <= MOST_BYTES) return whole;
  const named = JSON.stringify({ ...beat, handlers: beat.handlers.map(({ name }) => ({ name })) });
  return Buffer.byteLength(named) <= MOST_BYTES ? named : JSON.stringify({ ...beat, handlers: [] });
}
