import type { JobState, RunDefinition } from '@jobflow/contracts';
import { type EnqueueFields, resolveRun } from '@jobflow/domain';
import { checkUrl, newId, type StateStore } from '@jobflow/platform';
import { type Patience, schemaProblems } from '@jobflow/platform/input-schema';
import { requireJob } from '../auth/principal.js';
import type { Context } from '../context/context.js';
import { badUserInput, conflict, notFound } from '../errors/refusals.js';
import { hasQueue } from '../queues/known-queue.js';

/** A checked request, as the definition of the run that it makes. `dueAt`: only if the run must wait for it. */
export interface PreparedRun {
  run: RunDefinition;
  dueAt?: number | undefined;
}

/** What is asked for: a job by name, its fields, and the path that names of wrong fields begin with. */
export interface Wanted {
  job: string;
  fields: EnqueueFields;
  /** Such as `inputs.3.`; empty for a single request. */
  path: string;
  /** Its input is not what the job will get, so the job's schema says nothing about it yet. */
  unchecked?: boolean;
}

const SHOWN = 100;
/** All inputs of one request are checked within this, or refused: nothing else is done meanwhile. */
const CHECKS_MS = 2_000;

/** Checks requests and makes the runs of them; every wrong field of all of them is named. */
export function prepareRuns(ctx: Context, store: StateStore, wanted: readonly Wanted[]): PreparedRun[] {
  const problems: Record<string, string> = {};
  const prepared: PreparedRun[] = [];
  const now = ctx.clock.now();
  const patience: Patience = { leftMs: CHECKS_MS };
  for (const { job: name, fields, path, unchecked } of wanted) {
    const job = jobFor(ctx, store, name);
    if (fields.queue !== undefined && !hasQueue(store, fields.queue)) throw notFound('queue', fields.queue);
    const found = unchecked
      ? {}
      : schemaProblems(job, fields.input === undefined ? job.defaultInput : fields.input, patience);
    if (fields.callbackUrl !== undefined) Object.assign(found, callbackProblems(ctx, fields.callbackUrl));
    const { traceparent } = ctx;
    const traced = traceparent === undefined ? fields : { ...fields, traceparent };
    const resolved = resolveRun(job, traced, { id: newId(), now, actor: ctx.actor });
    if (!resolved.ok) Object.assign(found, resolved.fields);
    for (const [field, problem] of Object.entries(found)) problems[`${path}${field}`] = problem;
    if (Object.keys(problems).length > SHOWN) break;
    if (resolved.ok) prepared.push({ run: resolved.run, dueAt: resolved.dueAt });
  }
  if (Object.keys(problems).length > 0) throw badUserInput(problems);
  return prepared;
}

/** The job, if this client may run it now. */
function jobFor(ctx: Context, store: StateStore, name: string): JobState {
  requireJob(ctx.principal, name);
  const job = store.jobs.get(name)?.state;
  if (!job) throw notFound('job', name);
  if (!job.enabled) throw conflict(`The job ${name} is disabled, so it takes no new runs.`);
  return job;
}

/** Where a callback would go: only the gateway can judge that. */
function callbackProblems(ctx: Context, url: string): Record<string, string> {
  const checked = checkUrl(url, { allow: ctx.config.allowCidrs, httpsOnly: true });
  return checked.ok ? {} : { callbackUrl: checked.reason };
}
