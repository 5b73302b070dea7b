import { controlSubject, limits, type RunEvent } from '@jobflow/contracts';
import type { AppendUnit } from '@jobflow/platform';
import type { BulkOperationRow } from '@jobflow/read-model';
import type { BulkItem, Failure, TargetRow } from './bulk-page.js';
import { endedAlready, isCancelling, isDone, notMovable, notOpen } from './judge-item.js';

/** What is to be appended for a page, and what cannot be done, by the items' numbers. */
export interface PagePlan {
  units: AppendUnit[];
  failures: Map<number, Failure>;
}

/** The events by which an operation changes runs that are there. A second event for the same run changes nothing. */
export function planEvents(operation: BulkOperationRow, items: readonly BulkItem[]): PagePlan {
  const failures: PagePlan['failures'] = new Map();
  const byQueue = new Map<string, RunEvent[]>();
  for (const item of items) {
    const { target, n } = item;
    if (!target) failures.set(n, { code: 'NOT_FOUND', message: 'The run is not kept any more.' });
    else if (!isDone(operation, item) && !(operation.action === 'CANCEL' && isCancelling(target))) {
      const refused = refusedFor(operation, target);
      if (refused) failures.set(n, refused);
      else push(byQueue, target.queue, eventFor(operation, target.id));
    }
  }
  const by = { actor: operation.created_by, ...(operation.reason !== null && { reason: operation.reason }) };
  const units = [...byQueue].flatMap(([queue, events]) =>
    chunks(events).map((some): AppendUnit => ({ messages: [{ subject: controlSubject(queue), events: some }], by })),
  );
  return { units, failures };
}

function refusedFor(operation: BulkOperationRow, target: TargetRow): Failure | undefined {
  if (operation.action === 'CANCEL') return endedAlready(target);
  return operation.action === 'RESCHEDULE' ? notMovable(target, operation.options.at ?? 0) : notOpen(operation, target);
}

function push<T>(lists: Map<string, T[]>, key: string, value: T): void {
  const list = lists.get(key);
  if (list) list.push(value);
  else lists.set(key, [value]);
}

function eventFor({ id: operationId, action, reason, options }: BulkOperationRow, runId: string): RunEvent {
  switch (action) {
    case 'CANCEL':
      return { type: 'RunCancelRequested', runId, operationId, ...(reason !== null && { reason }) };
    case 'DISCARD':
      return { type: 'RunDeadLetterDiscarded', runId, operationId, reason: reason ?? 'no reason given' };
    case 'RESCHEDULE':
      return { type: 'RunRescheduled', runId, operationId, at: options.at ?? 0 };
    case 'RESTORE':
      return { type: 'RunDeadLetterReopened', runId, operationId };
    default:
      throw new Error(`${action} is not done by an event of the run itself`);
  }
}

/** A reason may have 1,000 characters, and a commit at most 256 KiB. */
const EVENTS_BYTES = 192 * 1024;

function chunks(events: readonly RunEvent[]): RunEvent[][] {
  const each = Buffer.byteLength(JSON.stringify(events[0]));
  const size = Math.max(1, Math.min(limits.commitEvents, Math.floor(EVENTS_BYTES / each)));
  return Array.from({ length: Math.ceil(events.length / size) }, (_, k) => events.slice(k * size, (k + 1) * size));
}
