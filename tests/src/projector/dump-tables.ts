import type { Db } from '@jobflow/read-model';

/**
 * Every row that the fold writes, in a comparable form. Left out is what tells when something was written rather than
 * what: the checkpoint's clock, and in which batch an event came (its rows are laid end to end).
 */
export async function dumpTables(db: Db): Promise<Record<string, string[]>> {
  const dump: Record<string, string[]> = {};
  for (const [table, key] of Object.entries(TABLES)) {
    const rows = await db.query<{ row: string }>(
      `select (to_jsonb(t) - 'first_seq' - 'first_events')::text as row from read.${table} t order by ${key}`,
    );
    dump[table] = rows.map(({ row }) => row);
  }
  const events = await db.query<{ row: string }>(
    `select run_id || ' ' || event.value::text as row from read.timelines, jsonb_array_elements(events::jsonb) with ordinality as event(value, n)
     order by run_id, seq, n`,
  );
  dump.timelines = events.map(({ row }) => row);
  const checkpoints = await db.query<{ row: string }>(
    `select stream || ' ' || seq || ' ' || coalesce(commit_id, '') as row from read.checkpoint order by stream`,
  );
  dump.checkpoint = checkpoints.map(({ row }) => row);
  return dump;
}

const TABLES = {
  runs: 'id',
  flows: 'id',
  flow_nodes: 'flow_id, n',
  log_lines: 'run_id, line',
  run_logs: 'run_id',
  rejected: 'stream, seq',
  jobs: 'name',
  job_revisions: 'job, revision',
  queues: 'name',
  schedules: 'id',
  schedule_ticks: 'schedule_id',
  schedule_fires: 'schedule_id, tick, after_run',
  channels: 'id',
  job_stats: 'job',
  queue_stats: 'queue',
  minute_stats: 'at, queue, job, kind',
  deliveries: 'id',
};

/** Where kept counters and the rows they count disagree: nothing, if all is well. */
export async function wrongCounters(db: Db): Promise<object[]> {
  const statuses = [
    'scheduled',
    'blocked',
    'queued',
    'running',
    'retrying',
    'succeeded',
    'failed',
    'cancelled',
    'expired',
  ];
  const kept = (table: string, key: string) =>
    statuses
      .map((s) => `select ${key} as key, upper('${s}') as status, ${s} as n from read.${table} where ${s} <> 0`)
      .join(' union all ');
  const counted = (key: string) => `select ${key} as key, status, count(*) as n from read.runs group by 1, 2`;
  const differ = (left: string, right: string) =>
    `(select 'only kept' as what, * from ((${left}) except (${right})) a) union all (select 'only counted', * from ((${right}) except (${left})) b)`;
  return [
    ...(await db.query(differ(kept('job_stats', 'job'), counted('job')))),
    ...(await db.query(differ(kept('queue_stats', 'queue'), counted('queue')))),
    ...(await db.query(
      differ(
        `select queue as key, 'DEAD' as status, dead_letters as n from read.queue_stats where dead_letters <> 0`,
        `select queue as key, 'DEAD' as status, count(*) as n from read.runs where dead_letter = 'OPEN' group by 1`,
      ),
    )),
    ...(await db.query(
      `select f.id, f.total, f.done, f.failed from read.flows f where (f.total, f.done, f.failed) <> (
         select count(*), count(*) filter (where r.status in ('SUCCEEDED','FAILED','CANCELLED','EXPIRED')),
           count(*) filter (where r.status in ('FAILED','EXPIRED'))
         from read.flow_nodes n left join read.runs r on r.id = n.run_id where n.flow_id = f.id)`,
    )),
    ...(await db.query(
      `select id, timeline_count, n from read.runs join (
         select run_id, sum(jsonb_array_length(events::jsonb)) as n from read.timelines group by 1) e on e.run_id = id
       where timeline_count < n`,
    )),
  ];
}

/** Where two dumps disagree, a few rows of each table: what a person can read. */
export function differences(left: Record<string, string[]>, right: Record<string, string[]>): string[] {
  return Object.keys(left).flatMap((table) => {
    const ours = new Set(left[table]);
    const theirs = new Set(right[table]);
    const onlyLeft = [...ours].filter((row) => !theirs.has(row));
    const onlyRight = [...theirs].filter((row) => !ours.has(row));
    const shown = onlyLeft.slice(0, 3).map((row, n) => `${table}: ${fieldsThatDiffer(row, onlyRight[n])}`);
    const more = Math.max(onlyLeft.length, onlyRight.length);
    return more > 0 ? [`${table}: ${onlyLeft.length} rows only here, ${onlyRight.length} only there`, ...shown] : [];
  });
}

function fieldsThatDiffer(left: string, right: string | undefined): string {
  if (right === undefined || !left.startsWith('{')) return `${left.slice(0, 300)} against ${right?.slice(0, 300)}`;
  const [a, b] = [JSON.parse(left), JSON.parse(right)] as Record<string, unknown>[];
  const fields = Object.keys(a ?? {}).filter((key) => JSON.stringify(a?.[key]) !== JSON.stringify(b?.[key]));
  return fields
    .map((key) => `${key}: ${JSON.stringify(a?.[key])} against ${JSON.stringify(b?.[key])}`.slice(0, 300))
    .join(', ');
}
