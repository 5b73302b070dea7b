import type { Connection } from './connection.js';
import { follow } from './follow.js';

export interface LogLine {
  /** Counts from 1 within the run. */
  line: number;
  at: string;
  level: 'DEBUG' | 'INFO' | 'WARN' | 'ERROR';
  stream: 'LOG' | 'STDOUT' | 'STDERR';
  attempt: number;
  message: string;
}

export interface LogLines {
  lines: LogLine[];
  /** Lines that were lost just before these. */
  dropped: number;
  /** The run has ended, and these are its last lines. */
  finished: boolean;
}

const LOGS = `subscription RunLogs($runId: ID!, $afterLine: Int) {
  runLogs(runId: $runId, afterLine: $afterLine) { lines { line at level stream attempt message } dropped finished } }`;

/** The lines of a run: those stored after `afterLine`, then what comes, until it has ended. */
export async function* followLogs(
  connection: Connection,
  runId: string,
  { signal = new AbortController().signal, afterLine = 0 }: { signal?: AbortSignal; afterLine?: number },
): AsyncGenerator<LogLines, void, undefined> {
  let last = afterLine;
  let finished = false;
  const followed = {
    operation: () => ({ query: LOGS, variables: { runId, afterLine: last } }),
    finished: () => finished,
  };
  for await (const { runLogs } of follow(connection, followed, signal)) {
    const batch = runLogs as LogLines;
    last = batch.lines.at(-1)?.line ?? last;
    finished = batch.finished;
    yield batch;
    if (finished) return;
  }
}
