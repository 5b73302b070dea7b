import { type JobState, type Json, limits, type RunError, type RunEventOf, type RunStatus } from '@jobflow/contracts';
import { fillParents, type ParentPath, parentsIn, pruneParents } from '@jobflow/domain';
import type { StateStore } from '@jobflow/platform';
import type { Db } from '@jobflow/read-model';
import type { DueRow } from '../due/due-rows.js';

type Queued = RunEventOf<'RunQueued'>;
export type Filled = { ok: true; event: Queued } | { ok: false; error: { message: string; code: string } };

/** Gives runs of flows what their inputs and specs name of the runs they depend on. */
export interface ParentValues {
  fill(row: DueRow, event: Queued): Promise<Filled>;
}

interface ParentRow {
  key: string;
  run_id: string;
  status: RunStatus | null;
  result: Json | null;
  error: RunError | null;
}

const PARENTS = `select p.key, p.run_id, r.status, r.result, r.error
  from read.flow_nodes c
  join read.flow_nodes p on p.flow_id = c.flow_id and p.run_id = any(c.depends_on) and p.key = any($3::text[])
  left join lateral (select status, result, error from read.runs where id = p.run_id) r on true
  where c.flow_id = $1 and c.run_id = $2`;

const REVISION = `select definition->'inputSchema' as schema from read.job_revisions where job = $1 and revision = $2`;

/** Results of at most so many runs are held at a time, and so often at once: a result has up to 256 KiB. */
const KEYS_AT_ONCE = 16;
const AT_ONCE = 4;
const TOO_LARGE = 'TEMPLATE_TOO_LARGE';
/** As enqueueing names it, and a handler that looks for itself. */
const INVALID = 'INVALID_INPUT';
const PROBLEMS_SHOWN = 5;
const PROBLEM_LENGTH = 300;
/** Schemas of earlier revisions that are kept, compiled; the oldest goes. */
const MOST_SCHEMAS = 100;

/**
 * The input's templates are filled here, so that the message and the row hold what the handler gets; what comes of it is
 * held to the schema of the job, as it was when the run was made: the spec is of then, too. A spec's templates are left to
 * the executor, which alone has secrets; the message carries just the values they name.
 */
export function createParentValues(db: Db, jobs: StateStore['jobs']): ParentValues {
  const turn = turns(AT_ONCE);
  const earlier = new Map<string, Schema>();
  return {
    async fill(row, event) {
      const inSpec = parentsIn(row.spec ?? undefined);
      const inInput = parentsIn(row.input_template ?? undefined);
      if (inSpec.length + inInput.length === 0) return { ok: true, event };
      const read = await turn(() => readParents(db, row, [...inSpec, ...inInput]));
      if (!read.ok) return read;
      const filled = filledWith(row, event, read.parents, inSpec);
      if (!filled.ok || row.input_template === null) return filled;
      // Loaded by the first that needs it: most schedulers never fill an input.
      const { schemaProblems } = await import('@jobflow/platform/input-schema');
      const problems = Object.entries(schemaProblems(await schemaOf(row), filled.event.run.input));
      return problems.length === 0 ? filled : refused(INVALID, invalid(problems));
    },
  };

  /** Of a revision that is not kept any more nobody knows the schema: then it is the handler's to judge. */
  async function schemaOf({ job, job_revision: revision }: DueRow): Promise<Schema> {
    const now = jobs.get(job)?.state;
    if (now?.revision === revision) return now;
    const key = `${job} ${revision}`;
    const known = earlier.get(key);
    if (known) return known;
    const [then] = await db.query<{ schema: Json | null }>(REVISION, [job, revision]);
    if (!then) return {};
    const schema = then.schema === null ? {} : { inputSchema: then.schema };
    const [oldest] = earlier.keys();
    if (earlier.size >= MOST_SCHEMAS && oldest !== undefined) earlier.delete(oldest);
    earlier.set(key, schema);
    return schema;
  }
}

type Schema = Pick<JobState, 'inputSchema'>;

function invalid(problems: readonly [path: string, problem: string][]): string {
  const shown = problems
    .slice(0, PROBLEMS_SHOWN)
    .map(([path, problem]) => `${path} ${problem}`.slice(0, PROBLEM_LENGTH));
  const more = problems.length > shown.length ? '; and more' : '';
  return `The input, once its templates were filled, does not match the job's schema: ${shown.join('; ')}${more}`;
}

type Read = { ok: true; parents: { [key: string]: Json } } | Extract<Filled, { ok: false }>;

async function readParents(db: Db, row: DueRow, paths: readonly ParentPath[]): Promise<Read> {
  const keys = [...new Set(paths.map(({ key }) => key))];
  const parents: { [key: string]: Json } = {};
  let bytes = 0;
  for (let from = 0; from < keys.length; from += KEYS_AT_ONCE) {
    const wanted = keys.slice(from, from + KEYS_AT_ONCE);
    const whole: { [key: string]: Json } = {};
    for (const parent of await db.query<ParentRow>(PARENTS, [row.flow_id, row.id, wanted])) {
      if (parent.status === null)
        return refused(
          'TEMPLATE',
          `The run ${parent.run_id} of ${parent.key}, which it depends on, is not kept any more`,
        );
      whole[parent.key] = valuesOf(parent);
    }
    const pruned = pruneParents(whole, paths);
    bytes += sizeOf(pruned);
    if (bytes > 2 * limits.inputBytes) return tooLarge('What its templates name of the runs it depends on', bytes);
    Object.assign(parents, pruned);
  }
  return { ok: true, parents };
}

const valuesOf = ({ run_id, status, result, error }: ParentRow): Json => ({
  runId: run_id,
  status,
  result,
  error: error && { message: error.message, ...(error.code !== undefined && { code: error.code }) },
});

function filledWith(
  row: DueRow,
  event: Queued,
  parents: { [key: string]: Json },
  inSpec: readonly ParentPath[],
): Filled {
  const forSpec = pruneParents(parents, inSpec);
  if (sizeOf(forSpec) > limits.inputBytes)
    return tooLarge("What its job's templates name of the runs it depends on", sizeOf(forSpec));
  const run = { ...event.run, ...(inSpec.length > 0 && { parents: forSpec }) };
  if (row.input_template === null) return { ok: true, event: { ...event, run } };
  const rendered = fillParents(row.input_template, parents);
  if (!rendered.ok) return refused('TEMPLATE', `A template of the input cannot be filled: ${rendered.message}`);
  if (sizeOf(rendered.value) > limits.inputBytes)
    return tooLarge('Its input, once its templates are filled,', sizeOf(rendered.value));
  return { ok: true, event: { ...event, run: { ...run, input: rendered.value } } };
}

const sizeOf = (value: Json): number => Buffer.byteLength(JSON.stringify(value));
const refused = (code: string, message: string): Extract<Filled, { ok: false }> => ({
  ok: false,
  error: { code, message },
});
const tooLarge = (what: string, bytes: number) =>
  refused(TOO_LARGE, `${what} would have ${bytes} bytes of JSON or more; at most ${limits.inputBytes} are allowed`);

/** At most `most` at a time; whoever comes later waits, first come first served. */
function turns(most: number): <T>(work: () => Promise<T>) => Promise<T> {
  let busy = 0;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (busy >= most) await new Promise<void>((resolve) => void waiting.push(resolve));
    else busy++;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else busy--;
    }
  };
}
