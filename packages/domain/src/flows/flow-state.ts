import type { FlowCreated, FlowStatus, RunStatus } from '@jobflow/contracts';

/** How a node ended. */
export type NodeEnd = Extract<RunStatus, 'SUCCEEDED' | 'FAILED' | 'CANCELLED' | 'EXPIRED'>;

export interface FlowNodeState {
  readonly key: string;
  readonly runId: string;
  /** Places of the nodes it depends on, and of those that depend on it. */
  readonly parents: readonly number[];
  readonly children: readonly number[];
  /** It runs although one it depends on did not succeed. */
  readonly runsAnyway: boolean;
  readonly delayMs?: number | undefined;
}

/** What never changes of a flow. */
export interface FlowGraph {
  readonly nodes: readonly FlowNodeState[];
  readonly places: ReadonlyMap<string, number>;
}

/** What the fold knows of a flow. */
export interface FlowState {
  readonly id: string;
  readonly callbackUrl?: string | undefined;
  readonly graph: FlowGraph;
  /** How each node ended; undefined while it has not. */
  readonly ends: readonly (NodeEnd | undefined)[];
  readonly status: FlowStatus;
  /** Nodes that have ended, and those of them that failed or expired. */
  readonly done: number;
  readonly failed: number;
  readonly cancelRequestedAt?: number | undefined;
  readonly cancelReason?: string | undefined;
  readonly finishedAt?: number | undefined;
  /** How often it was retried. */
  readonly retries: number;
}

type GivenNode = Pick<FlowNodeState, 'key' | 'runId' | 'runsAnyway' | 'delayMs'> & { parents: readonly number[] };

/** A graph from its nodes and what each depends on. */
export function graphOf(nodes: readonly GivenNode[]): FlowGraph {
  const children: number[][] = nodes.map(() => []);
  for (const [n, { parents }] of nodes.entries()) for (const parent of parents) children[parent]?.push(n);
  return {
    nodes: nodes.map((node, n) => ({ ...node, children: children[n] ?? [] })),
    places: new Map(nodes.map(({ runId }, n) => [runId, n])),
  };
}

/** A flow as its FlowCreated makes it. */
export function beginFlow(event: FlowCreated): FlowState {
  const nodes = event.nodes.map(({ key, runId, dependsOn = [], onDependencyFailure, delayMs }) => ({
    key,
    runId,
    // What points outside the flow, or at itself, no gateway writes; it would keep the node waiting for ever.
    parents: dependsOn.filter((parent) => parent < event.nodes.length && event.nodes[parent]?.runId !== runId),
    runsAnyway: onDependencyFailure === 'RUN',
    ...(delayMs !== undefined && { delayMs }),
  }));
  return {
    id: event.id,
    callbackUrl: event.callbackUrl,
    graph: graphOf(nodes),
    ends: nodes.map(() => undefined),
    status: 'RUNNING',
    done: 0,
    failed: 0,
    retries: 0,
  };
}
