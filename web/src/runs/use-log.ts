import { type Accessor, createSignal, onCleanup } from 'solid-js';
import { query } from '../api/api-client';
import type { ApiError } from '../api/api-error';
import { type LogLevel, RunLogsDocument, RunLogTailDocument } from '../generated/graphql';
import { frameBuffer } from '../live/frame-buffer';
import { subscribeLive } from '../live/live-connection';
import { appendRows, gapRow, isAtLeast, type LogLine, type LogRow, logRows, mostRows } from './log-rows';

const pageLines = 1_000;

export interface LogState {
  /** Plain rows, not reactive one by one: `version` moves when they change. */
  rows: readonly LogRow[];
  version: Accessor<number>;
  loading: Accessor<boolean>;
  error: Accessor<ApiError | undefined>;
  hasEarlier: Accessor<boolean>;
  loadEarlier: () => Promise<void>;
  retry: () => void;
}

/** What happened at the ends, so that the view can keep its place. */
export interface LogEvents {
  changed: (change: { addedBefore: number; droppedBefore: number }) => void;
}

/**
 * A run's log: its last thousand lines first, then what comes, live; what is earlier by the page. Jumping to the end
 * therefore costs the same for ten lines and for ten million.
 */
export function useLog(runId: string, minLevel: LogLevel, events: LogEvents): LogState {
  const rows: LogRow[] = [];
  const [version, setVersion] = createSignal(0);
  const [loading, setLoading] = createSignal(true);
  const [error, setError] = createSignal<ApiError>();
  const [hasEarlier, setHasEarlier] = createSignal(false);
  let firstLine = 0;
  let lastLine = 0;
  let newestStored = 0;
  let finished = false;
  let stop: (() => void) | undefined;
  let gone = false;

  function changed(addedBefore: number, droppedBefore: number): void {
    setVersion((n) => n + 1);
    events.changed({ addedBefore, droppedBefore });
  }

  const buffer = frameBuffer<LogRow[]>((parts) => {
    const dropped = appendRows(rows, parts.flat());
    if (dropped > 0) {
      firstLine = rows[0]?.line ?? firstLine;
      setHasEarlier(true);
    }
    changed(0, dropped);
  });

  async function tail(beforeLine: number | null): Promise<LogLine[] | undefined> {
    const result = await query(RunLogTailDocument, { id: runId, last: pageLines, beforeLine, minLevel });
    if (gone) return undefined;
    setError(result.ok ? undefined : result.error);
    if (!result.ok) return undefined;
    newestStored = Math.max(newestStored, result.data.run?.logInfo.lines ?? 0);
    return result.data.run?.logs ?? [];
  }

  function follow(): void {
    stop = subscribeLive(RunLogsDocument, () => ({ id: runId, afterLine: lastLine }), {
      isComplete: () => finished,
      refused: setError,
      next: ({ runLogs }) => {
        const fresh = runLogs.lines.filter((line) => line.line > lastLine);
        lastLine = fresh.at(-1)?.line ?? lastLine;
        finished = runLogs.finished;
        if (runLogs.dropped > 0) buffer.push(`gap-${lastLine}`, [gapRow(runLogs.dropped, fresh[0]?.line ?? lastLine)]);
        for (const line of fresh) {
          if (isAtLeast(line.level, minLevel)) buffer.push(String(line.line), logRows(line));
        }
      },
    });
  }

  async function start(): Promise<void> {
    setLoading(true);
    const lines = await tail(null);
    if (gone) return;
    setLoading(false);
    if (!lines) return;
    rows.length = 0;
    appendRows(rows, lines.flatMap(logRows));
    firstLine = lines[0]?.line ?? 0;
    // Lines below the chosen level are stored too: what follows starts after them, not after the last one shown.
    lastLine = Math.max(lines.at(-1)?.line ?? 0, minLevel === 'DEBUG' ? 0 : newestStored);
    setHasEarlier(lines.length >= pageLines);
    changed(0, 0);
    follow();
  }

  let loadingEarlier = false;
  async function loadEarlier(): Promise<void> {
    if (loadingEarlier || !hasEarlier() || rows.length >= mostRows) return;
    loadingEarlier = true;
    const lines = await tail(firstLine);
    loadingEarlier = false;
    if (!lines || gone) return;
    const earlier = lines.flatMap(logRows);
    rows.unshift(...earlier);
    firstLine = lines[0]?.line ?? firstLine;
    setHasEarlier(lines.length >= pageLines);
    changed(earlier.length, 0);
  }

  void start();
  onCleanup(() => {
    gone = true;
    stop?.();
    buffer.dispose();
  });
  return { rows, version, loading, error, hasEarlier, loadEarlier, retry: () => void start() };
}
