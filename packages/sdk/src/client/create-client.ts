import type { AnyJob, ResultFor } from '../define/job-types.js';
import type { CallOptions, ClientOptions } from './client-options.js';
import { Connection, type Data } from './connection.js';
import {
  type EnqueueItem,
  type EnqueueOptions,
  enqueueInput,
  type FlowNode,
  type InputOfRef,
  keyed,
} from './enqueue-input.js';
import { FLOW_FIELDS, type Flow } from './flow.js';
import { JobflowError } from './jobflow-error.js';
import { RUN_FIELDS, type Run, type RunStatus } from './run.js';
import { RunFailedError } from './run-failed-error.js';
import { followLogs, type LogLines } from './run-logs.js';
import { type FollowOptions, followRuns, type RunFilter, type RunUpdates } from './run-updates.js';
import { RunWaiter, type WaitOptions } from './run-waiter.js';

/** A run that was enqueued. `R`: what it results in. */
// biome-ignore lint/suspicious/noExplicitAny: of a job that is only named, nobody knows
export interface Enqueued<R = any> {
  readonly id: string;
  readonly job: string;
  readonly status: RunStatus;
  /** It was there already, by its idempotency or unique key. */
  readonly duplicate: boolean;
  readonly position: string;
  /** Only for the compiler. */
  readonly result?: R;
}

export interface EnqueuedMany {
  /** In the order of the inputs. */
  ids: string[];
  duplicates: string[];
  position: string;
}

export interface FlowOptions<J extends readonly unknown[]> {
  name?: string;
  /** As of a run: without one the client makes one up. */
  idempotencyKey?: string | false;
  tags?: readonly string[];
  callbackUrl?: string;
  nodes: { [K in keyof J]: FlowNode<J[K]> };
}

export interface EnqueuedFlow {
  flowId: string;
  runs: { key: string; run: Pick<Run, 'id' | 'job' | 'status'> }[];
  duplicate: boolean;
  position: string;
}

type JobRef = AnyJob | string;
// biome-ignore lint/suspicious/noExplicitAny: as above
type ResultOfRef<J> = J extends AnyJob ? ResultFor<J> : any;
type EnqueueArguments<J> =
  undefined extends InputOfRef<J>
    ? [input?: InputOfRef<J>, options?: EnqueueOptions & CallOptions]
    : [input: InputOfRef<J>, options?: EnqueueOptions & CallOptions];

/** Jobflow, from a program. Every call may throw a JobflowError, and the reason of its `signal`. */
export interface Client extends Disposable {
  /**
   * Enqueues one run: of a handler or job definition, whose types it then has, or of a job by its name. For the types of
   * a handler that lives in another program: `enqueue<typeof sendInvoice>('invoice.send', …)`.
   */
  enqueue<J extends JobRef = string>(job: J | string, ...args: EnqueueArguments<J>): Promise<Enqueued<ResultOfRef<J>>>;
  /** Enqueues up to 1,000 runs, all or none. */
  enqueueMany<const J extends readonly JobRef[]>(
    items: { [K in keyof J]: EnqueueItem<J[K]> },
    options?: CallOptions,
  ): Promise<EnqueuedMany>;
  /** Enqueues a graph of up to 1,000 runs, all or none. */
  enqueueFlow<const J extends readonly JobRef[]>(flow: FlowOptions<J>, options?: CallOptions): Promise<EnqueuedFlow>;
  /**
   * What the run results in, once it has.
   * @throws RunFailedError when it ends otherwise; JobflowError TIMEOUT after `timeoutMs`: the run itself goes on
   */
  waitForResult<R>(run: string | Enqueued<R>, options?: WaitOptions): Promise<R>;
  /** @throws JobflowError NOT_FOUND */
  run(id: string, options?: CallOptions): Promise<Run>;
  /** Answers with the run as it is now: one that runs is told to stop, which may take a moment. */
  cancel(id: string, reason?: string, options?: CallOptions): Promise<Run>;
  /** A new run of the same job, with the same input or another; the old one must have ended. */
  retry(id: string, options?: CallOptions & { input?: unknown }): Promise<Run>;
  /**
   * Cancels what waits in the flow, asks what runs to stop, and lets nothing more go; answers with the flow as it is then:
   * RUNNING until the last of its runs has stopped, CANCELLED already if it was.
   * @throws JobflowError NOT_FOUND; CONFLICT when it has ended otherwise
   */
  cancelFlow(id: string, reason?: string, options?: CallOptions): Promise<Flow>;
  /**
   * Lets the failed nodes of a flow that has ended, and all they cancelled, run again in the same flow, under the same
   * ids; what succeeded or expired stays as it is.
   * @throws JobflowError NOT_FOUND; CONFLICT while it runs, and when nothing in it could run again
   */
  retryFlow(id: string, options?: CallOptions): Promise<Flow>;
  /** Changes of the runs that match, as they happen; end it by `break`, `return` or the signal. */
  runUpdates(filter?: RunFilter, options?: FollowOptions): AsyncGenerator<RunUpdates, void, undefined>;
  /** A run's log, until it has ended. */
  runLogs(
    runId: string,
    options?: { signal?: AbortSignal; afterLine?: number },
  ): AsyncGenerator<LogLines, void, undefined>;
  /** Anything else of the API. A query is repeated where need be; a mutation only if it certainly did not happen. */
  graphql<T = Data>(query: string, variables?: Record<string, unknown>, options?: CallOptions): Promise<T>;
  /** Ends every call, wait and stream. */
  close(): void;
}

const ENQUEUE = `mutation Enqueue($input: EnqueueInput!) {
  enqueue(input: $input) { run { id job status } duplicate position } }`;
const ENQUEUE_MANY = `mutation EnqueueMany($inputs: [EnqueueInput!]!) {
  enqueueMany(inputs: $inputs) { ids duplicates position } }`;
const ENQUEUE_FLOW = `mutation EnqueueFlow($input: FlowInput!) {
  enqueueFlow(input: $input) { flowId runs { key run { id job status } } duplicate position } }`;
const RUN = `query Run($id: ID!) { run(id: $id) { ${RUN_FIELDS} } }`;
const CANCEL = `mutation Cancel($id: ID!, $reason: String) { cancelRun(id: $id, reason: $reason) { ${RUN_FIELDS} } }`;
const RETRY = `mutation Retry($id: ID!, $input: JSON) { retryRun(id: $id, input: $input) { ${RUN_FIELDS} } }`;
const CANCEL_FLOW = `mutation CancelFlow($id: ID!, $reason: String) {
  cancelFlow(id: $id, reason: $reason) { ${FLOW_FIELDS} } }`;
const RETRY_FLOW = `mutation RetryFlow($id: ID!) { retryFlow(id: $id) { ${FLOW_FIELDS} } }`;

/** A client of one Jobflow. Nothing is sent before its first call. @throws TypeError for options that cannot work */
export function createClient(options: ClientOptions): Client {
  const connection = new Connection(options);
  const waiter = new RunWaiter(connection);
  const call = async <T>(
    field: string,
    query: string,
    variables: Record<string, unknown>,
    repeatable: 'always' | 'unless-unknown',
    by: CallOptions = {},
  ): Promise<T> => {
    const data = await connection.call({ query, variables }, repeatable, callOptions(by));
    if (data[field] === null || data[field] === undefined) {
      throw new JobflowError('INTERNAL_SERVER_ERROR', `Jobflow answered ${field} with nothing`);
    }
    return data[field] as T;
  };

  return {
    async enqueue(job, ...[input, given = {}]) {
      const { signal: _, timeoutMs: __, traceparent: ___, ...run } = given;
      const key = keyed(run.idempotencyKey);
      const variables = { input: { ...enqueueInput({ ...run, job, input }), ...key } };
      const repeatable = key.idempotencyKey === undefined ? 'unless-unknown' : 'always';
      const { run: made, ...rest } = await call<
        { run: Pick<Run, 'id' | 'job' | 'status'> } & Pick<Enqueued, 'duplicate' | 'position'>
      >('enqueue', ENQUEUE, variables, repeatable, given);
      return { ...made, ...rest };
    },
    enqueueMany(items, by) {
      const inputs = items.map((item) => ({ ...enqueueInput(item as { job: JobRef }), ...keyed(item.idempotencyKey) }));
      const repeatable = inputs.every(({ idempotencyKey }) => idempotencyKey !== undefined)
        ? 'always'
        : 'unless-unknown';
      return call('enqueueMany', ENQUEUE_MANY, { inputs }, repeatable, by);
    },
    enqueueFlow({ nodes, idempotencyKey, ...flow }, by) {
      const key = keyed(idempotencyKey);
      const input = { ...flow, ...key, nodes: nodes.map((node) => flowNode(node as FlowNode<JobRef>)) };
      const repeatable = key.idempotencyKey === undefined ? 'unless-unknown' : 'always';
      return call('enqueueFlow', ENQUEUE_FLOW, { input }, repeatable, by);
    },
    async waitForResult(run, by) {
      const ended = await waiter.wait(typeof run === 'string' ? run : run.id, by);
      if (ended.status !== 'SUCCEEDED') throw new RunFailedError(ended);
      return ended.result;
    },
    run: (id, by) => call('run', RUN, { id }, 'always', by),
    cancel: (id, reason, by) => call('cancelRun', CANCEL, { id, reason }, 'always', by),
    retry: (id, by = {}) => call('retryRun', RETRY, { id, input: by.input }, 'unless-unknown', by),
    cancelFlow: (id, reason, by) => call('cancelFlow', CANCEL_FLOW, { id, reason }, 'always', by),
    retryFlow: (id, by) => call('retryFlow', RETRY_FLOW, { id }, 'unless-unknown', by),
    runUpdates: (filter = {}, by = {}) => followRuns(connection, filter, by),
    runLogs: (runId, by = {}) => followLogs(connection, runId, by),
    graphql: <T>(query: string, variables = {}, by = {}) =>
      connection.call({ query, variables }, isQuery(query) ? 'always' : 'unless-unknown', by) as Promise<T>,
    close: () => connection.close(),
    [Symbol.dispose]: () => connection.close(),
  };
}

const callOptions = ({ signal, timeoutMs, traceparent }: CallOptions): CallOptions => ({
  ...(signal && { signal }),
  ...(timeoutMs !== undefined && { timeoutMs }),
  ...(traceparent !== undefined && { traceparent }),
});

function flowNode({ key, dependsOn, onDependencyFailure, ...run }: FlowNode<JobRef>): object {
  return {
    key,
    enqueue: enqueueInput(run),
    ...(dependsOn && { dependsOn }),
    ...(onDependencyFailure && { onDependencyFailure }),
  };
}

/** A document with anything but queries in it is not one. */
const isQuery = (document: string): boolean =>
  !/^\s*(mutation|subscription)\b/m.test(
    document.replace(/#.*$/gm, '').replace(/"""[\s\S]*?"""|"(\\.|[^"\\])*"/g, '""'),
  );
