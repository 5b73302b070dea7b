import { LOGS_STREAM, type LogLevel, type LogStream } from '@jobflow/contracts';
import { type DbSession, pgJson } from '@jobflow/read-model';
import type { Projection, Rejected } from '../projection/projection.js';
import { readCommits } from '../projection/read-commits.js';

/** What one run may keep; more is counted as dropped. */
const KEPT_LINES = 100_000;
const KEPT_BYTES = 10 * 1024 * 1024;
/** Runs whose counts are remembered between batches. */
const REMEMBERED_RUNS = 5_000;

const LEVELS: Record<LogLevel, number> = { DEBUG: 0, INFO: 1, WARN: 2, ERROR: 3 };
const STREAMS: Record<LogStream, number> = { LOG: 0, STDOUT: 1, STDERR: 2 };

interface Counts {
  lines: number;
  bytes: number;
  dropped: number;
}
interface Line {
  run_id: string;
  line: number;
  at: number;
  level: number;
  stream: number;
  attempt: number;
  message: string;
}
export interface LogsFolded {
  lines: Line[];
  counts: Map<string, Counts>;
  rejected: Rejected[];
}

const LINES = `insert into read.log_lines (run_id, line, at, level, stream, attempt, message)
  select x.run_id, x.line, to_timestamp(x.at / 1000.0), x.level, x.stream, x.attempt, x.message
  from json_to_recordset($1::json) as x(run_id uuid, line int, at float8, level smallint, stream smallint, attempt smallint, message text)`;
const COUNTS = `insert into read.run_logs (run_id, lines, bytes, dropped)
  select x.run_id, x.lines, x.bytes, x.dropped from json_to_recordset($1::json) as x(run_id uuid, lines int, bytes bigint, dropped int)
  on conflict (run_id) do update set lines = excluded.lines, bytes = excluded.bytes, dropped = excluded.dropped`;

/** Folds log lines, and numbers them: contiguous per run, from 1. */
export function logsProjection(changed: (runIds: string[]) => void): Projection<LogsFolded> {
  let remembered = new Map<string, Counts>();
  return {
    stream: LOGS_STREAM,
    // Old lines age away.
    gapless: false,
    async load() {
      remembered = new Map();
    },
    async fold(messages, session, written) {
      const { commits, rejected } = readCommits('log', messages);
      const events = commits.flatMap(({ commit }) => commit.events);
      await remember(remembered, [...new Set(events.map((event) => event.runId))], session, written);
      const folded: LogsFolded = { lines: [], counts: new Map(), rejected };
      for (const { runId, attempt, lines, dropped = 0 } of events) {
        const counts = remembered.get(runId) ?? { lines: 0, bytes: 0, dropped: 0 };
        counts.dropped += dropped;
        for (const { at, level, stream, message } of lines) {
          if (counts.lines >= KEPT_LINES || counts.bytes >= KEPT_BYTES) {
            counts.dropped++;
            continue;
          }
          counts.lines++;
          counts.bytes += message.length;
          folded.lines.push({
            run_id: runId,
            line: counts.lines,
            at,
            level: LEVELS[level],
            stream: STREAMS[stream],
            attempt,
            message,
          });
        }
        remembered.set(runId, counts);
        folded.counts.set(runId, { ...counts });
      }
      return folded;
    },
    async write(tx, { lines, counts }) {
      if (lines.length > 0) await tx.prepared('lines', LINES, [pgJson(lines)]);
      if (counts.size > 0)
        await tx.prepared('counts', COUNTS, [pgJson([...counts].map(([run_id, c]) => ({ run_id, ...c })))]);
    },
    rejectedOf: ({ rejected }) => rejected,
    committed: ({ counts }) => changed([...counts.keys()]),
  };
}

/** Loads the counts of runs not yet known, and forgets the oldest above the bound. */
async function remember(
  known: Map<string, Counts>,
  ids: string[],
  session: DbSession,
  written: () => Promise<void>,
): Promise<void> {
  for (const id of known.keys()) {
    if (known.size <= REMEMBERED_RUNS) break;
    known.delete(id);
  }
  const unknown = ids.filter((id) => !known.has(id));
  if (unknown.length === 0) return;
  await written();
  const rows = await session.query<Counts & { run_id: string }>(
    'select run_id, lines, bytes, dropped from read.run_logs where run_id = any($1::uuid[])',
    [unknown],
  );
  for (const { run_id, ...counts } of rows) known.set(run_id, counts);
}
