import type { Connection } from './connection.js';
import { follow } from './follow.js';
import { JobflowError, timedOut } from './jobflow-error.js';
import { pause } from './pause.js';
import { isEnded, isRunId, RUN_FIELDS, type Run } from './run.js';
import type { RunUpdates } from './run-updates.js';

export interface WaitOptions {
  /** Default: as long as it takes. */
  timeoutMs?: number;
  signal?: AbortSignal;
}

/** Runs looked at and followed together. */
const GROUP = 50;
/** Groups that hold a stream open; runs waited for beyond them are looked at once a second. */
const MOST_STREAMS = 8;
const LOOK_EVERY_MS = 1_000;
/** Connections that bring nothing before the runs are looked at instead. */
const FRUITLESS = 2;
/** A run that another program has just enqueued may not be visible yet. */
const VISIBLE_WITHIN_MS = 5_000;

const LOOK = `query Runs($ids: [ID!]!) { runs(filter: { ids: $ids }, first: ${GROUP}) { position nodes { ${RUN_FIELDS} } } }`;
const FOLLOW = `subscription Runs($ids: [ID!]!, $after: String) {
  runUpdates(filter: { ids: $ids }, after: $after) { runs { ${RUN_FIELDS} } position gap } }`;

interface Waiting {
  runId: string;
  since: number;
  /** As last seen. */
  run: Run | undefined;
  resolve(run: Run): void;
  reject(error: unknown): void;
}

/** Waits for the ends of runs. Those that are asked for at the same time share one look and one stream. */
export class RunWaiter {
  #joining: Set<Waiting> | undefined;
  #streams = 0;

  constructor(private readonly connection: Connection) {}

  /** The run once it has ended. @throws JobflowError NOT_FOUND, TIMEOUT; the signal's reason */
  wait(runId: string, { timeoutMs, signal }: WaitOptions = {}): Promise<Run> {
    if (!isRunId(runId)) return Promise.reject(notFound(runId));
    const { promise, resolve, reject } = Promise.withResolvers<Run>();
    const waiting: Waiting = { runId, since: Date.now(), run: undefined, resolve, reject };
    const signals = [this.connection.closed, signal].filter((one) => one !== undefined);
    const onAbort = () => reject(signals.find(({ aborted }) => aborted)?.reason);
    const timer =
      timeoutMs === undefined
        ? undefined
        : setTimeout(() => reject(timedOut(notEnded(waiting, timeoutMs))), Math.max(0, timeoutMs));
    for (const one of signals) {
      if (one.aborted) onAbort();
      else one.addEventListener('abort', onAbort, { once: true });
    }
    const group = this.#join(waiting);
    return promise.finally(() => {
      clearTimeout(timer);
      for (const one of signals) one.removeEventListener('abort', onAbort);
      group.delete(waiting);
    });
  }

  #join(waiting: Waiting): Group {
    if (!this.#joining || this.#joining.size >= GROUP) {
      const group = new Group(() => {
        if (this.#joining === group) this.#joining = undefined;
      });
      this.#joining = group;
      queueMicrotask(() => {
        if (this.#joining === group) this.#joining = undefined;
        void this.#serve(group);
      });
    }
    const group = this.#joining as Group;
    group.add(waiting);
    return group;
  }

  async #serve(group: Group): Promise<void> {
    const streams = this.#streams < MOST_STREAMS;
    if (streams) this.#streams++;
    try {
      await this.#untilEmpty(group, streams);
    } catch (error) {
      for (const waiting of group) waiting.reject(error);
    } finally {
      if (streams) this.#streams--;
    }
  }

  async #untilEmpty(group: Group, streams: boolean): Promise<void> {
    const signal = AbortSignal.any([group.empty, this.connection.closed]);
    while (group.size > 0) {
      try {
        const position = await this.#look(group, signal);
        const allSeen = [...group].every(({ run }) => run !== undefined);
        if (streams && allSeen) await this.#follow(group, position, signal);
        if (group.size > 0) await pause(allSeen ? LOOK_EVERY_MS : LOOK_EVERY_MS / 4, signal);
      } catch (error) {
        if (group.size === 0 || signal.aborted) return;
        // What the next look may mend; each look has been repeated for its own time already.
        if (!(error instanceof JobflowError) || !error.retryable) throw error;
        await pause(LOOK_EVERY_MS, signal).catch(() => undefined);
      }
    }
  }

  async #look(group: Group, signal: AbortSignal): Promise<string> {
    const variables = { ids: group.ids() };
    const { runs } = await this.connection.call({ query: LOOK, variables }, 'always', { signal });
    const { position, nodes } = runs as { position: string; nodes: Run[] };
    group.saw(nodes);
    for (const waiting of group) {
      if (!waiting.run && Date.now() - waiting.since > VISIBLE_WITHIN_MS) waiting.reject(notFound(waiting.runId));
    }
    return position;
  }

  /** Returns when all have ended, or something may have been missed. */
  async #follow(group: Group, position: string, signal: AbortSignal): Promise<void> {
    let after = position;
    const followed = {
      operation: () => ({ query: FOLLOW, variables: { ids: group.ids(), after } }),
      finished: () => group.size === 0,
    };
    if (group.size === 0) return;
    for await (const { runUpdates } of follow(this.connection, followed, signal, FRUITLESS)) {
      const { runs, gap, position: at } = runUpdates as RunUpdates;
      after = at;
      group.saw(runs);
      if (gap || group.size === 0) return;
    }
  }
}

/** Runs that are waited for together; `empty` aborts when nobody waits any more. */
class Group extends Set<Waiting> {
  readonly #empty = new AbortController();

  constructor(private readonly onEmpty: () => void) {
    super();
  }

  get empty(): AbortSignal {
    return this.#empty.signal;
  }

  ids(): string[] {
    return [...new Set([...this].map(({ runId }) => runId))];
  }

  saw(runs: readonly Run[]): void {
    const byId = new Map(runs.map((run) => [run.id, run]));
    for (const waiting of [...this]) {
      const run = byId.get(waiting.runId.toLowerCase());
      if (!run) continue;
      waiting.run = run;
      if (!isEnded(run)) continue;
      waiting.resolve(run);
      this.delete(waiting);
    }
  }

  override delete(waiting: Waiting): boolean {
    const was = super.delete(waiting);
    if (was && this.size === 0) {
      this.onEmpty();
      this.#empty.abort();
    }
    return was;
  }
}

const notFound = (runId: string) => new JobflowError('NOT_FOUND', `There is no run ${JSON.stringify(runId)}`);

function notEnded({ runId, run }: Waiting, timeoutMs: number): string {
  return `Run ${runId} had not ended after ${timeoutMs} ms${run ? `: it is ${run.status}` : ''}`;
}
