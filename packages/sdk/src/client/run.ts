export type RunStatus =
  | 'SCHEDULED'
  | 'BLOCKED'
  | 'QUEUED'
  | 'RUNNING'
  | 'RETRYING'
  | 'SUCCEEDED'
  | 'FAILED'
  | 'CANCELLED'
  | 'EXPIRED';

export interface RunError {
  message: string;
  /** TIMEOUT, WORKER_LOST, POISON, NO_HANDLER, OUT_OF_MEMORY, RESULT_TOO_LARGE, or the handler's own. */
  code: string | null;
  fingerprint: string;
  retryable: boolean;
}

/** A run as the API shows it; instants are ISO 8601 UTC. */
// biome-ignore lint/suspicious/noExplicitAny: input and result of a run found by its id are the caller's to know
export interface Run<R = any> {
  id: string;
  job: string;
  status: RunStatus;
  queue: string;
  priority: number;
  // biome-ignore lint/suspicious/noExplicitAny: as above
  input: any;
  result: R | null;
  error: RunError | null;
  /** The attempt that runs or ran last; 1 is the first. */
  attempt: number;
  maxAttempts: number;
  /** 0–100. */
  progress: number | null;
  progressMessage: string | null;
  tags: string[];
  workerId: string | null;
  createdAt: string;
  dueAt: string | null;
  startedAt: string | null;
  finishedAt: string | null;
  durationMs: number | null;
  cancelReason: string | null;
  /** Counts this run's changes. */
  revision: number;
}

/** The fields of `Run`, as every document here selects them. */
export const RUN_FIELDS = `id job status queue priority input result attempt maxAttempts progress progressMessage tags
  workerId createdAt dueAt startedAt finishedAt durationMs cancelReason revision
  error { message code fingerprint retryable }`;

const ENDED: readonly string[] = ['SUCCEEDED', 'FAILED', 'CANCELLED', 'EXPIRED'];
export const isEnded = ({ status }: Pick<Run, 'status'>): boolean => ENDED.includes(status);

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
/** Anything else names no run. */
export const isRunId = (id: string): boolean => UUID.test(id);
