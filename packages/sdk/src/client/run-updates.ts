import type { Connection } from './connection.js';
import { follow } from './follow.js';
import { RUN_FIELDS, type Run, type RunStatus } from './run.js';

/** Which runs; fields that are left out exclude nothing. The rest of the API's RunFilter may be given as well. */
export interface RunFilter {
  ids?: readonly string[];
  statuses?: readonly RunStatus[];
  jobs?: readonly string[];
  queues?: readonly string[];
  tags?: readonly string[];
  flowId?: string;
  scheduleId?: string;
  idempotencyKey?: string;
  uniqueKey?: string;
  [field: string]: unknown;
}

export interface RunUpdates {
  /** Runs that match and changed, each in its newest state. */
  runs: Run[];
  /** Ids of runs that matched before and do so no longer. */
  left: string[];
  /** Where this is in the log: what `after` takes. */
  position: string;
  /** States that were passed over because newer ones had come. */
  skipped: number;
  /** Something may be missing before this: look the runs up anew. */
  gap: boolean;
}

export interface FollowOptions {
  signal?: AbortSignal;
  /** A position to go on after; without it, from now. */
  after?: string;
}

const UPDATES = `subscription RunUpdates($filter: RunFilter, $after: String) {
  runUpdates(filter: $filter, after: $after) { runs { ${RUN_FIELDS} } left position skipped gap } }`;

/** Changes of the runs that match, without a gap across lost connections. */
export async function* followRuns(
  connection: Connection,
  filter: RunFilter,
  { signal = new AbortController().signal, after }: FollowOptions,
): AsyncGenerator<RunUpdates, void, undefined> {
  // A connection that is lost before its first frame must not lose what happened meanwhile.
  let position = after ?? (await positionNow(connection, signal));
  const followed = {
    operation: () => ({ query: UPDATES, variables: { filter, after: position } }),
    finished: () => false,
  };
  for await (const { runUpdates } of follow(connection, followed, signal)) {
    const updates = runUpdates as RunUpdates;
    position = updates.position;
    yield updates;
  }
}

async function positionNow(connection: Connection, signal: AbortSignal): Promise<string> {
  const { position } = await connection.call({ query: '{ position }', variables: {} }, 'always', { signal });
  return position as string;
}
