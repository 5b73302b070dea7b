import { setImmediate as breathe } from 'node:timers/promises';
import { controlSubject, isTerminal, plannedMsgId, queuedMsgId, type RunDefinition } from '@jobflow/contracts';
import { type AppendUnit, newId, subjectOf, type UnitMessage } from '@jobflow/platform';
import type { BulkOperationRow, Queryable } from '@jobflow/read-model';
import { birthOf, ensureLevel, levelKey, placeOf } from '../enqueue/append-runs.js';
import { ApiError } from '../errors/api-error.js';
import type { BulkItem, BulkParts, Failure, TargetRow } from './bulk-page.js';
import { isDone, notOpen } from './judge-item.js';
import { makeAgain } from './make-again.js';
import type { PagePlan } from './plan-page.js';

interface Making {
  item: BulkItem;
  target: TargetRow;
  run: RunDefinition;
  dueAt?: number | undefined;
  /** Its message may be in the log already. */
  verify: boolean;
}

/**
 * New runs for the items of a page. Each gets its id before anything is appended, and the id stays: whoever goes on
 * after a crash appends the same runs, marked so that executors check first, and the fold takes each once. A redriven
 * letter's event is stored in one unit with the run that is made for it.
 */
export async function planRuns(
  parts: BulkParts,
  operation: BulkOperationRow,
  items: BulkItem[],
  madeRuns: ReadonlySet<string>,
): Promise<PagePlan> {
  const failures: PagePlan['failures'] = new Map();
  const making: Making[] = [];
  const now = parts.clock.now();
  for (const item of items) {
    await breathe();
    if (isDone(operation, item, madeRuns)) continue;
    const verify = item.made !== null;
    const id = item.made ?? newId();
    const { target } = item;
    const refused = unfit(operation, target);
    const made = target && !refused ? makeAgain(operation, target, { store: parts.stateStore, id, now }) : undefined;
    if (refused) failures.set(item.n, refused);
    else if (made && !made.ok) failures.set(item.n, made.failure);
    else if (made && target) {
      item.made = id;
      making.push({ item, target, run: made.run, dueAt: made.dueAt, verify });
    }
  }
  await ensureLevels(parts, operation, making, failures);
  const ready = making.filter(({ item }) => !failures.has(item.n));
  await keepIds(parts.db, operation, ready);
  return { units: ready.map((one) => unitOf(parts, operation, one)), failures };
}

function unfit(operation: BulkOperationRow, target: TargetRow | undefined): Failure | undefined {
  if (!target) return { code: 'NOT_FOUND', message: 'The run is not kept any more.' };
  if (operation.action === 'REDRIVE') return notOpen(operation, target);
  if (isTerminal(target.status)) return undefined;
  return { code: 'CONFLICT', message: `Only a run that has ended can be run again: it is ${target.status}.` };
}

function unitOf(
  { stateStore }: BulkParts,
  operation: BulkOperationRow,
  { target, run, dueAt, verify }: Making,
): AppendUnit {
  const birth: UnitMessage = {
    subject: dueAt === undefined ? subjectOf(stateStore, run) : controlSubject(run.queue),
    events: [birthOf({ run, dueAt, verify })],
  };
  const letter: UnitMessage = {
    subject: controlSubject(target.queue),
    events: [{ type: 'RunDeadLetterRedriven', runId: target.id, by: run.id, operationId: operation.id }],
  };
  return {
    messages: operation.action === 'REDRIVE' ? [birth, letter] : [birth],
    msgId: dueAt === undefined ? queuedMsgId(run.id, 0) : plannedMsgId(run.id),
    by: { actor: operation.created_by },
  };
}

/** A level's consumer must be there before its first message. What cannot have one fails by itself. */
export async function ensureLevels(
  parts: BulkParts,
  operation: BulkOperationRow,
  making: readonly Pick<Making, 'item' | 'run'>[],
  failures: Map<number, Failure>,
): Promise<void> {
  const known = new Map<string, Failure | undefined>();
  for (const { item, run } of making) {
    const level = levelKey(run);
    if (!known.has(level)) known.set(level, await refusedLevel(parts, operation, run));
    const refused = known.get(level);
    if (refused) failures.set(item.n, refused);
  }
}

async function refusedLevel(
  parts: BulkParts,
  { created_by: actor }: BulkOperationRow,
  run: RunDefinition,
): Promise<Failure | undefined> {
  try {
    await ensureLevel({ ...parts, actor }, placeOf(run));
    return undefined;
  } catch (error) {
    if (!(error instanceof ApiError) || (error.code !== 'NOT_FOUND' && error.code !== 'CONFLICT')) throw error;
    return { code: error.code, message: error.message };
  }
}

/** Before anything is appended: whoever goes on after a crash makes the same runs. */
export async function keepIds(
  db: Queryable,
  { id }: BulkOperationRow,
  making: readonly Pick<Making, 'item' | 'verify'>[],
): Promise<void> {
  const fresh = making.filter(({ verify }) => !verify).map(({ item }) => ({ n: item.n, made: item.made }));
  if (fresh.length === 0) return;
  await db.query(
    `update gateway.bulk_items i set made = x.made from json_to_recordset($2::json) as x(n int, made uuid)
     where i.operation_id = $1 and i.n = x.n`,
    [id, JSON.stringify(fresh)],
  );
}
