import type { LogLevel, LogStream } from '../generated/graphql';

export interface LogLine {
  line: number;
  at: string;
  level: LogLevel;
  stream: LogStream;
  attempt: number;
  message: string;
}

/** One displayed line of fixed height. A message of several lines becomes several rows; lost lines become a marker. */
export interface LogRow {
  line: number;
  at: string | undefined;
  level: LogLevel | 'GAP';
  stream: LogStream;
  text: string;
  /** False for the second and later lines of one message. */
  first: boolean;
}

const order: Record<LogLevel, number> = { DEBUG: 0, INFO: 1, WARN: 2, ERROR: 3 };

export const isAtLeast = (level: LogLevel, least: LogLevel): boolean => order[level] >= order[least];

export function logRows(line: LogLine): LogRow[] {
  return line.message
    .replace(/\r?\n$/, '')
    .split(/\r?\n/)
    .map((text, part) => ({
      line: line.line,
      at: part === 0 ? line.at : undefined,
      level: line.level,
      stream: line.stream,
      text,
      first: part === 0,
    }));
}

export function gapRow(dropped: number, beforeLine: number): LogRow {
  const text = `${dropped.toLocaleString()} ${dropped === 1 ? 'line was' : 'lines were'} lost here`;
  return { line: beforeLine, at: undefined, level: 'GAP', stream: 'LOG', text, first: false };
}

/** The rows a tab holds; what is older can be fetched again. */
export const mostRows = 100_000;

/**
 * Adds rows at the end and keeps the bound by dropping the oldest. Dropping happens in steps of a tenth, so that a busy
 * log does not copy a hundred thousand rows for each new one. Answers how many were dropped.
 */
export function appendRows(rows: LogRow[], more: readonly LogRow[], most = mostRows): number {
  for (const row of more) rows.push(row);
  if (rows.length <= most) return 0;
  const drop = Math.max(rows.length - most, Math.ceil(most / 10));
  rows.splice(0, drop);
  return drop;
}
