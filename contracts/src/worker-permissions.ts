import type { StateKind } from './state-events.js';
import { LOGS_STREAM, RUNS_STREAM, STATE_STREAM } from './streams.js';
import { live, runFilters, workerCommandFilter } from './subjects.js';

/** What a NATS user may say and hear; everything else is refused. */
export interface NatsPermissions {
  publish: string[];
  subscribe: string[];
}

const WORKER_USER = /^worker-[a-z0-9][a-z0-9-]{0,39}$/;
/** The NATS user of a worker elsewhere. @param name `[a-z0-9][a-z0-9-]{0,39}` */
export const workerUser = (name: string): string => `worker-${name}`;
/** Whether a user has a worker's permissions and no more. */
export const isWorkerUser = (user: string | undefined): boolean => user !== undefined && WORKER_USER.test(user);

/** Where a user's answers arrive: each has an inbox of its own, so that nobody reads another's. */
export const inboxPrefix = (user: string | undefined): string =>
  user !== undefined && /^[A-Za-z0-9_-]{1,64}$/.test(user) ? `_INBOX_${user}` : '_INBOX';

/** What a worker keeps in JF_STATE: jobs it registers, the queues they name, the epochs of servers. */
const STATE_KINDS: readonly StateKind[] = ['job', 'queue', 'epoch'];

/**
 * What a worker needs: to pull and acknowledge runs, to tell what becomes of them, to register its jobs, to ask for the
 * secrets its handlers use. Not to queue runs, to decide effects, to change or empty streams, nor to hear what others ask.
 */
export function workerPermissions(user: string): NatsPermissions {
  const api = (what: string) => `$JS.API.${what}`;
  const read = [RUNS_STREAM, STATE_STREAM];
  return {
    publish: [
      api('INFO'),
      ...[...read, LOGS_STREAM].map((stream) => api(`STREAM.INFO.${stream}`)),
      ...read.flatMap((stream) => [
        api(`STREAM.MSG.GET.${stream}`),
        api(`CONSUMER.CREATE.${stream}.>`),
        api(`CONSUMER.INFO.${stream}.*`),
        api(`CONSUMER.MSG.NEXT.${stream}.*`),
      ]),
      `$JS.ACK.${RUNS_STREAM}.>`,
      'jf.run.*.active.*',
      'jf.run.*.outcome.*',
      'jf.run.*.claim.*',
      ...STATE_KINDS.map((kind) => `jf.state.${kind}.*`),
      'jf.log.*.*',
      live.worker,
      live.verify,
      live.secret,
      live.holders,
    ],
    subscribe: [
      `${inboxPrefix(user)}.>`,
      live.worker,
      live.cancel,
      runFilters.queued,
      runFilters.claim,
      workerCommandFilter,
    ],
  };
}
