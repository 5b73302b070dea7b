import type { BulkOperationRow } from '@jobflow/read-model';
import type { Context } from '../context/context.js';
import { notFound } from '../errors/refusals.js';
import type { BulkOperation } from './bulk-operation.js';
import { findOperation, operationOf } from './read-bulk.js';

/** At most 20 frames a second. */
const PACE_MS = 50;
/** A hint may be lost: one looks by oneself every so often. */
const LOOK_MS = 2_000;

/**
 * The progress of one operation, from how it stands now to its end; or, without an id, of every operation that moves.
 * Conflated: the newest state wins.
 */
export async function bulkFrames(ctx: Context, id: string | null | undefined): Promise<AsyncIterable<BulkOperation>> {
  if (!id) return everyOperation(ctx);
  const first = await findOperation(ctx, id);
  if (!first) throw notFound('bulk operation', id);
  return oneOperation(ctx, first);
}

async function* oneOperation(ctx: Context, first: BulkOperationRow): AsyncGenerator<BulkOperation, void, void> {
  const watch = watchUntil(ctx, first.id);
  let told = '';
  try {
    for (;;) {
      const row = await findOperation(ctx, first.id);
      if (!row || ctx.signal.aborted) return;
      const state = `${row.status} ${row.done} ${row.failed} ${row.undone_by}`;
      if (state !== told) yield operationOf(row);
      told = state;
      if (row.status !== 'RUNNING') return;
      await pause(ctx, PACE_MS);
      await watch.next(LOOK_MS);
    }
  } finally {
    watch.stop();
  }
}

async function* everyOperation(ctx: Context): AsyncGenerator<BulkOperation, void, void> {
  const watch = watchUntil(ctx);
  try {
    while (!ctx.signal.aborted) {
      for (const id of await watch.next(LOOK_MS)) {
        const row = await findOperation(ctx, id);
        if (row) yield operationOf(row);
      }
      await pause(ctx, PACE_MS);
    }
  } finally {
    watch.stop();
  }
}

/** A watch that also ends its wait when the subscription does. */
function watchUntil(ctx: Context, id?: string) {
  const watch = ctx.bulk.watch(id);
  const stop = () => watch.stop();
  ctx.signal.addEventListener('abort', stop, { once: true });
  return {
    next: (timeoutMs: number) => (ctx.signal.aborted ? Promise.resolve(new Set<string>()) : watch.next(timeoutMs)),
    stop() {
      ctx.signal.removeEventListener('abort', stop);
      stop();
    },
  };
}

const pause = ({ clock }: Context, ms: number) =>
  new Promise<void>((resolve) => {
    clock.setTimer(ms, resolve);
  });
