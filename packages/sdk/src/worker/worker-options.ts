import type { Clock, NatsCredentials, NatsLink } from '@jobflow/platform';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import { checkOptions, type OptionNames } from '../define/check-options.js';
import type { Handler } from '../define/define-handler.js';
import type { JobDefinition } from '../define/define-job.js';
import { kindOf } from '../define/kind-of.js';
import type { RegisterMode } from './decide-registration.js';
import type { KindRunner } from './kind-runner.js';

export interface WorkerOptions {
  /** A URL (nats://user:password@host:port), or a connection that is already there and stays its owner's. */
  nats: string | NatsLink;
  /** In the place of the URL's: `{ user, pass }`, `{ token }`, or `{ credsFile }`. */
  credentials?: NatsCredentials;
  /**
   * Where limits are counted: redis://:password@host:port. Without it runs of jobs and queues that have limits are left to
   * other workers.
   */
  redis?: string;
  handlers?: readonly Handler[];
  /** Jobs to register besides those of the handlers. */
  jobs?: readonly JobDefinition[];
  /**
   * What a start does about jobs: create them and bring those that nobody edited to a newer definition (`newer`, the
   * default), bring them to this one whatever they are (`always`, for going back a version), or nothing (`never`).
   */
  register?: RegisterMode;
  /** Default: all queues, those that come later included. */
  queues?: readonly string[];
  /** Handlers that run at once, not counting those past their hard limit that did not heed it. Default: 50. */
  concurrency?: number;
  /** The most that is asked for ahead of free slots while handlers are short. Default: four times the concurrency. */
  prefetch?: number;
  /** What else than handlers it carries out. */
  kinds?: readonly KindRunner[];
  /**
   * Ends a run as a dead letter (NO_HANDLER) once it was due for so long and met no worker that has its handler. Default:
   * never; it stays queued with that reason.
   */
  noHandlerAfterMs?: number;
  /** How long `stop` waits for running handlers before it aborts them. Default: 30 s. */
  drainMs?: number;
  /**
   * A thread with a connection of its own that speaks for this worker while a handler blocks its loop, and ends the
   * process when one does so past its hard limit. Default: true.
   */
  heartbeatThread?: boolean;
  /**
   * The worker was told to restart or to shut down, and has stopped: the process should end, with a code that brings it
   * back for `restart`. Default: nothing; the process lives on without its worker.
   */
  onStopped?: (why: 'restart' | 'shutdown') => void;
  /** Unique to this process; names it in the dashboard. */
  id?: string;
  version?: string;
  /** Who writes the events. Default: system:worker. */
  actor?: string;
  logger?: Logger;
  metrics?: Registry;
  clock?: Clock;
}

const WORKER_OPTIONS: OptionNames<WorkerOptions> = {
  ...{ nats: true, credentials: true, redis: true, handlers: true, jobs: true, register: true, queues: true },
  ...{ concurrency: true, prefetch: true, kinds: true, noHandlerAfterMs: true, drainMs: true, heartbeatThread: true },
  ...{ onStopped: true, id: true, version: true, actor: true, logger: true, metrics: true, clock: true },
};

const KNOWN = /^[a-z0-9][a-z0-9_-]{0,62}$/;

/** Refuses what could not work, before anything is connected. */
export function checkWorkerOptions(options: WorkerOptions): void {
  const id: unknown = options?.id;
  checkOptions(typeof id === 'string' ? `worker ${JSON.stringify(id)}` : 'worker', options, WORKER_OPTIONS);
  const { concurrency = 50, prefetch = 0, queues = [] } = options;
  if (!options.nats) {
    throw new TypeError(
      'a worker needs nats: the URL that `jobflow worker-credentials create` prints, or a connection',
    );
  }
  if (options.credentials && typeof options.nats !== 'string') {
    throw new TypeError('credentials go with a URL: a connection that is given has signed in already');
  }
  if (!Number.isInteger(concurrency) || concurrency < 1 || concurrency > 10_000) {
    throw new RangeError(`concurrency must be a whole number from 1 to 10,000, not ${concurrency}`);
  }
  if (!Number.isInteger(prefetch) || prefetch < 0 || prefetch > 10_000) {
    throw new RangeError(`prefetch must be a whole number from 0 to 10,000, not ${prefetch}`);
  }
  checkDefined('handlers', options.handlers, 'handle', 'defineHandler');
  checkDefined('jobs', options.jobs, 'options', 'defineJob');
  for (const queue of queues)
    if (!KNOWN.test(queue)) throw new RangeError(`${JSON.stringify(queue)} is no name of a queue`);
}

/** A copy of what was defined will do. */
function checkDefined(what: string, given: unknown, has: string, by: string): void {
  if (given === undefined) return;
  if (!Array.isArray(given)) throw new TypeError(`${what} must be a list of what ${by} returns, not ${kindOf(given)}`);
  const at = given.findIndex((one) => typeof one !== 'object' || !one || !('name' in one) || !(has in one));
  if (at >= 0) throw new TypeError(`${what}[${at}] must be what ${by} returns, not ${kindOf(given[at])}`);
}
