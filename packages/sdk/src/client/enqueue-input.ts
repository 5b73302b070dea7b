import type { AnyJob, InputFor } from '../define/job-types.js';
import { JobflowError } from './jobflow-error.js';

export interface RetryOptions {
  maxAttempts?: number;
  backoff?: 'EXPONENTIAL' | 'LINEAR' | 'FIXED';
  initialDelayMs?: number;
  maxDelayMs?: number;
  factor?: number;
  jitter?: 'NONE' | 'FULL' | 'EQUAL';
}

/** What a run is given on top of its job. */
export interface RunOptions {
  /** While a run with this key has not ended, enqueueing answers with that run. */
  uniqueKey?: string;
  delayMs?: number;
  runAt?: Date | string;
  /** Not started by then, the run ends as EXPIRED. */
  expiresAt?: Date | string;
  queue?: string;
  /** 1–10, 10 first. */
  priority?: number;
  retry?: RetryOptions;
  timeout?: { softMs?: number; hardMs?: number };
  tags?: readonly string[];
  /** Called once, signed, when the run has ended. */
  callbackUrl?: string;
}

export interface EnqueueOptions extends RunOptions {
  /**
   * The same key and fields give the same run. Without one the client makes one up, so that a repetition after a lost
   * answer enqueues nothing twice. `false`: none, which is a little cheaper; then such a call is not repeated.
   */
  idempotencyKey?: string | false;
}

/** One of several runs that are enqueued together. */
export type EnqueueItem<J> = { job: J } & ItemInput<J> & EnqueueOptions;

/** One run of a flow. */
export type FlowNode<J> = {
  /** Names the node within the flow. */
  key: string;
  job: J;
  /** Keys of the nodes that must have ended first. */
  dependsOn?: readonly string[];
  /** What becomes of this node when one of them failed. Default: CANCEL. */
  onDependencyFailure?: 'CANCEL' | 'RUN';
} & NodeInput<J> &
  RunOptions;

/** An input any part of which may come from the runs a node depends on: `{{parents.extract.result.rows}}`. */
export type Templated<T> =
  | T
  | `${string}{{parents.${string}}}${string}`
  | (T extends object ? { [K in keyof T]: Templated<T[K]> } : never);
type NodeInput<J> =
  undefined extends InputOfRef<J> ? { input?: Templated<InputOfRef<J>> } : { input: Templated<InputOfRef<J>> };

/** The input of a job that is known; any JSON for one that is only named. May be left out where it may be undefined. */
// biome-ignore lint/suspicious/noExplicitAny: of a job that is only named, nobody knows
export type InputOfRef<J> = J extends AnyJob ? InputFor<J> : any;
type ItemInput<J> = undefined extends InputOfRef<J> ? { input?: InputOfRef<J> } : { input: InputOfRef<J> };

interface Enqueueing extends EnqueueOptions {
  job: AnyJob | string;
  input?: unknown;
}

const instant = (field: string, at: Date | string): string => {
  if (typeof at === 'string') return at;
  if (Number.isNaN(at.getTime())) {
    throw new JobflowError('BAD_USER_INPUT', `${field} is an invalid Date`, {
      fields: { [field]: 'is an invalid Date' },
    });
  }
  return at.toISOString();
};

/** The API's EnqueueInput, without an idempotency key. */
export function enqueueInput({ job, input, runAt, expiresAt, idempotencyKey: _, ...rest }: Enqueueing): object {
  return {
    ...rest,
    job: typeof job === 'string' ? job : job.name,
    ...(input !== undefined && { input }),
    ...(runAt !== undefined && { runAt: instant('runAt', runAt) }),
    ...(expiresAt !== undefined && { expiresAt: instant('expiresAt', expiresAt) }),
  };
}

/** The caller's key, or one made up. */
export const keyed = (key: string | false | undefined): { idempotencyKey?: string } =>
  key === false ? {} : { idempotencyKey: key ?? `auto:${crypto.randomUUID()}` };
