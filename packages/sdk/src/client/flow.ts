import type { Run } from './run.js';

export type FlowStatus = 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'CANCELLED';

/** A flow as the API shows it; instants are ISO 8601 UTC. */
export interface Flow {
  id: string;
  name: string | null;
  status: FlowStatus;
  tags: string[];
  /** In the order in which they were given. */
  nodes: {
    key: string;
    run: Pick<Run, 'id' | 'job' | 'status'>;
    dependsOn: string[];
    onDependencyFailure: 'CANCEL' | 'RUN';
  }[];
  total: number;
  /** How many nodes have ended, in whatever way. */
  done: number;
  failed: number;
  createdAt: string;
  finishedAt: string | null;
  createdBy: string | null;
}

/** The fields of `Flow`, as every document here selects them. */
export const FLOW_FIELDS = `id name status tags total done failed createdAt finishedAt createdBy
  nodes { key dependsOn onDependencyFailure run { id job status } }`;
