import type { Json, RunDefinition } from '@jobflow/contracts';
import { mergePatch, resolveRun } from '@jobflow/domain';
import type { StateStore } from '@jobflow/platform';
import { schemaProblems } from '@jobflow/platform/input-schema';
import type { BulkOperationRow, BulkOptions } from '@jobflow/read-model';
import { againFields } from '../runs/again-fields.js';
import { runOfRow } from '../runs/run-row.js';
import type { Failure, TargetRow } from './bulk-page.js';

export type MadeAgain = { ok: true; run: RunDefinition; dueAt?: number | undefined } | { ok: false; failure: Failure };

const fail = (code: Failure['code'], message: string): MadeAgain => ({ ok: false, failure: { code, message } });

export interface MakeContext {
  store: Pick<StateStore, 'jobs' | 'queues'>;
  /** The new run's id. */
  id: string;
  now: number;
}

/** A new run that does this one's work again, by its job as it is now; or why there can be none. */
export function makeAgain(operation: BulkOperationRow, old: TargetRow, { store, id, now }: MakeContext): MadeAgain {
  const job = store.jobs.get(old.job)?.state;
  if (!job) return fail('NOT_FOUND', `There is no job ${JSON.stringify(old.job)} any more.`);
  if (!job.enabled) return fail('CONFLICT', `The job ${old.job} is disabled, so it takes no new runs.`);
  const input = inputFor(operation.options, old.input);
  const problems = schemaProblems(job, input === undefined ? job.defaultInput : input);
  if (Object.keys(problems).length > 0) return fail('BAD_USER_INPUT', inWords(problems));
  const again = againFields(runOfRow(old), store);
  const fields = { ...again, input, operationId: operation.id, ...(operation.options.keepDue && times(old, now)) };
  const resolved = resolveRun(job, fields, { id, now, actor: operation.created_by });
  return resolved.ok
    ? { ok: true, run: resolved.run, dueAt: resolved.dueAt }
    : fail('BAD_USER_INPUT', inWords(resolved.fields));
}

function inputFor({ input, inputPatch }: BulkOptions, old: Json | null | undefined): Json | undefined {
  if (input) return input.value;
  if (inputPatch) return mergePatch(old, inputPatch.value) as Json;
  return old ?? undefined;
}

/** What a cancelled run was still to wait for. */
function times(old: TargetRow, now: number): { runAt?: number; expiresAt?: number } {
  const due = old.next_attempt_at ?? old.due_at;
  const later = (at: Date | null): at is Date => at !== null && at.getTime() > now;
  const runAt = later(due) ? due.getTime() : undefined;
  return {
    ...(runAt !== undefined && { runAt }),
    ...(later(old.expires_at) && old.expires_at.getTime() > (runAt ?? now) && { expiresAt: old.expires_at.getTime() }),
  };
}

const SHOWN = 5;

function inWords(fields: Record<string, string>): string {
  const parts = Object.entries(fields).map(([path, text]) => `${path}: ${text}`);
  const more = parts.length > SHOWN ? [`and ${parts.length - SHOWN} more`] : [];
  return [...parts.slice(0, SHOWN), ...more].join('; ').slice(0, 1_000);
}
