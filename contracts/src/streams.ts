import { queuedSubject } from './subjects.js';

const GiB = 1024 ** 3;
const MiB = 1024 ** 2;
const MINUTE = 60_000;

/** A stream as Jobflow wants it; `platform` turns it into the server's terms. */
export interface StreamDefinition {
  name: string;
  subjects: string[];
  maxBytes: number;
  /** 0: no age. */
  maxAgeMs: number;
  /** What happens at maxBytes: refuse the new, or drop the old. */
  discard: 'new' | 'old';
  maxMsgsPerSubject?: number;
  duplicateWindowMs: number;
  allowAtomic: boolean;
}

export const RUNS_STREAM = 'JF_RUNS_0';
export const STATE_STREAM = 'JF_STATE';
export const EFFECTS_STREAM = 'JF_EFFECTS';
export const DLQ_STREAM = 'JF_DLQ';
export const LOGS_STREAM = 'JF_LOGS';
export const DELIVERIES_STREAM = 'JF_DELIVERIES';

export const DUPLICATE_WINDOW_MS = 2 * MINUTE;

const base = { maxAgeMs: 0, duplicateWindowMs: DUPLICATE_WINDOW_MS, allowAtomic: false } as const;
export const streams: readonly StreamDefinition[] = [
  { ...base, name: RUNS_STREAM, subjects: ['jf.run.>'], maxBytes: 8 * GiB, discard: 'new', allowAtomic: true },
  {
    ...base,
    name: STATE_STREAM,
    subjects: ['jf.state.>'],
    maxBytes: 512 * MiB,
    discard: 'new',
    maxMsgsPerSubject: 64,
    allowAtomic: true,
  },
  { ...base, name: EFFECTS_STREAM, subjects: ['jf.effect.>'], maxBytes: 512 * MiB, discard: 'new' },
  {
    ...base,
    name: DLQ_STREAM,
    subjects: ['jf.dlq.>'],
    maxBytes: 512 * MiB,
    discard: 'old',
    maxAgeMs: 30 * 24 * 60 * MINUTE,
  },
  {
    ...base,
    name: LOGS_STREAM,
    subjects: ['jf.log.>'],
    maxBytes: 2 * GiB,
    discard: 'old',
    maxAgeMs: 3 * 24 * 60 * MINUTE,
  },
  { ...base, name: DELIVERIES_STREAM, subjects: ['jf.delivery.>'], maxBytes: 1 * GiB, discard: 'new' },
];

/** A durable pull consumer with explicit acknowledgement. */
export interface ConsumerDefinition {
  stream: string;
  name: string;
  filterSubject: string;
  ackWaitMs: number;
  maxAckPending: number;
}

/** The consumer of one queue, priority and branch: created before the first message of that level is published. */
export const queueConsumer = (queue: string, priority: number, branch?: string): ConsumerDefinition => ({
  stream: RUNS_STREAM,
  name: `q_${queue}_${priority}${branch === undefined ? '' : `_${branch}`}`,
  filterSubject: queuedSubject(queue, priority, branch),
  ackWaitMs: 30_000,
  maxAckPending: 20_000,
});

export const notifierConsumer: ConsumerDefinition = {
  stream: EFFECTS_STREAM,
  name: 'notifier',
  filterSubject: 'jf.effect.notify-run',
  ackWaitMs: 30_000,
  maxAckPending: 1_000,
};
