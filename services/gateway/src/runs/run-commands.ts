import { controlSubject, isTerminal, type Json, live } from '@jobflow/contracts';
import type { UnitMessage } from '@jobflow/platform';
import { requireJob } from '../auth/principal.js';
import { byOf, type Context, catchUp, notePosition } from '../context/context.js';
import { noteChange } from '../definitions/note-change.js';
import { settledState } from '../definitions/settled-state.js';
import { appendRuns, birthOf } from '../enqueue/append-runs.js';
import { prepareRuns } from '../enqueue/prepare-runs.js';
import { badUserInput, conflict, queueFull } from '../errors/refusals.js';
import { awaitVerdict } from '../run-log/await-verdict.js';
import { logGauge } from '../run-log/log-gauge.js';
import { againFields } from './again-fields.js';
import { requireRun } from './find-run.js';
import type { Run } from './run.js';
import { runOfBirth } from './run-of-birth.js';

const REASON_LENGTH = 1_000;

/**
 * Asks for a run's end, and answers once the fold has judged: what waits is cancelled at once, what runs is told to
 * stop. The answer shows what became of it.
 */
export async function cancelRun(ctx: Context, id: string, reason: string | undefined): Promise<Run> {
  if (reason !== undefined && reason.length > REASON_LENGTH)
    throw badUserInput({ reason: `must have at most ${REASON_LENGTH} characters` });
  await catchUp(ctx);
  const run = await requireRun(ctx, id);
  requireJob(ctx.principal, run.job);
  if (run.status === 'CANCELLED') return run;
  refuseEnded(run);
  if (run.cancelRequestedAt) return run;
  const seq = await appendCancel(ctx, run, reason);
  await noteChange(ctx, { action: 'run.cancelled', target: run.id, reason, detail: { job: run.job } });
  ctx.link.nc.publish(live.cancel, JSON.stringify({ runId: run.id, seq }));
  await awaitVerdict(ctx, seq, 'run');
  const after = await requireRun(ctx, run.id);
  if (after.status !== 'CANCELLED') refuseEnded(after);
  return after;
}

async function appendCancel(ctx: Context, run: Run, reason: string | undefined): Promise<number> {
  const appended = await ctx.log.append({
    messages: [{ subject: controlSubject(run.queue), events: [{ type: 'RunCancelRequested', runId: run.id, reason }] }],
    msgId: `${run.id}:cancel`,
    by: byOf(ctx, reason),
  });
  if (!appended.ok) throw queueFull('The log is full, so nothing can be cancelled until there is room.');
  notePosition(ctx, { runs: appended.seq });
  return appended.seq;
}

function refuseEnded(run: Run): void {
  if (!isTerminal(run.status)) return;
  throw conflict(`The run has ended already: it is ${run.status}.`, { currentStatus: run.status });
}

const redriven = ({ id: runId, queue }: Run, by: string): UnitMessage => ({
  subject: controlSubject(queue),
  events: [{ type: 'RunDeadLetterRedriven', runId, by }],
});

/** A new run of the same job, linked to the old one: with its input, queue, priority and tags, as the job is now. */
export async function retryRun(ctx: Context, id: string, input: Json | undefined): Promise<Run> {
  await catchUp(ctx);
  const old = await requireRun(ctx, id);
  if (!isTerminal(old.status)) {
    throw conflict(`Only a run that has ended can be run again: it is ${old.status}.`, { currentStatus: old.status });
  }
  const store = await settledState(ctx);
  const fields = { ...againFields(old, store), input: input ?? old.input ?? undefined };
  const [prepared] = prepareRuns(ctx, store, [{ job: old.job, fields, path: '' }]);
  if (!prepared) throw new Error('one request makes one run');
  if (!(await logGauge(ctx).admits())) throw queueFull();
  // Whoever runs it again has dealt with its dead letter.
  const seq = await appendRuns(ctx, [prepared], old.deadLetter === 'OPEN' ? [redriven(old, prepared.run.id)] : []);
  await noteChange(ctx, { action: 'run.retried', target: old.id, detail: { runId: prepared.run.id } });
  return runOfBirth(birthOf(prepared), prepared.run.createdAt, seq, ctx.actor);
}
