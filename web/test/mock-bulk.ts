import { GraphQLError } from 'graphql';
import { type Fields, iso, type MockRun } from './mock-runs.ts';
import { type Args, type MockState, matches } from './mock-state.ts';

/** An operation of the fixtures: it does one run every `stepMs`. */
export interface MockOperation extends Fields {
  id: string;
  action: string;
  status: string;
  total: number;
  done: number;
  failed: number;
  finished: boolean;
}

const stepMs = 300;

const operation = (id: string, action: string, total: number, at: number, more: Fields = {}): MockOperation => ({
  id,
  action,
  status: 'RUNNING',
  total,
  done: 0,
  failed: 0,
  finished: false,
  position: 'p',
  filter: null,
  reason: null,
  createdBy: 'admin@jobflow.local',
  createdAt: iso(at),
  finishedAt: null,
  undoableUntil: null,
  undoOf: null,
  failures: [],
  ...more,
});

/** What was done before anybody looked. */
export function makeOperations(now: number): MockOperation[] {
  const ended = { status: 'FINISHED', finished: true };
  return [
    operation('00000000-0000-7000-8000-0000000000b1', 'REDRIVE', 5_000, now - 7_200_000, {
      ...{ ...ended, done: 4_998, failed: 2 },
      failures: [1, 2].map((index) => ({
        index,
        id: `00000000-0000-7000-8000-00000000000${index}`,
        code: 'BAD_USER_INPUT',
        message: 'input.customer.address.postcode: must match pattern "^[0-9]{5}$"',
      })),
    }),
    operation('00000000-0000-7000-8000-0000000000b2', 'DISCARD', 12, now - 90_000_000, {
      ...{ ...ended, done: 12, reason: 'Refunded by hand, ticket 4711' },
      undoableUntil: iso(now + 400_000_000),
    }),
  ];
}

/** The fields of dead letters and bulk operations. */
export function mockBulk(state: MockState): Fields {
  const { runs, operations, change } = state;
  const letters = (filter: Args | null) => runs.filter((run) => run.deadLetter === 'OPEN' && matches(run, filter));
  const printOf = (run: MockRun) => (run.error as { fingerprint: string }).fingerprint;

  function groups(filter: Args | null): Fields[] {
    const byPrint = Map.groupBy(letters(filter), printOf);
    const made = [...byPrint].flatMap(([fingerprint, members]) => {
      const [newest] = members;
      if (!newest) return [];
      const { message } = newest.error as { message: string };
      const [firstAt, lastAt] = [members.at(-1)?.finishedAt, newest.finishedAt];
      return { fingerprint, message, job: newest.job, count: members.length, firstAt, lastAt, sample: newest };
    });
    return made.sort((a, b) => b.count - a.count);
  }

  function begin(action: string, { filter, reason, expectedCount }: Args, becomes: string): MockOperation {
    const meant = letters(filter);
    if (typeof expectedCount === 'number' && expectedCount !== meant.length) {
      throw new GraphQLError(`There are ${meant.length} such runs now, not ${expectedCount}.`, {
        extensions: { code: 'CONFLICT', currentCount: meant.length, retryable: false, correlationId: 'c0ffee00-mock' },
      });
    }
    const id = crypto.randomUUID();
    const begun = operation(id, action, meant.length, Date.now(), { reason: reason ?? null });
    operations.unshift(begun);
    const step = setInterval(() => {
      const next = begun.finished ? undefined : meant.shift();
      if (next) {
        change(next, { deadLetter: becomes });
        begun.done += 1;
      } else clearInterval(step);
      if (meant.length > 0 || begun.finished) return;
      Object.assign(begun, { status: 'FINISHED', finished: true, finishedAt: iso(Date.now()) });
      if (action === 'DISCARD') begun.undoableUntil = iso(Date.now() + 600_000_000);
    }, stepMs);
    step.unref();
    return { ...begun };
  }
  const found = (id: string) => operations.find((one) => one.id === id) ?? null;

  return {
    deadLetterGroups: ({ filter, first, after }: Args) => {
      const all = groups(filter);
      const start = Number(after ?? 0);
      const end = start + (first ?? 50);
      const pageInfo = { hasNextPage: end < all.length, hasPreviousPage: start > 0, endCursor: String(end) };
      return { nodes: all.slice(start, end), totalCount: all.length, pageInfo };
    },
    previewBulk: ({ action, filter }: Args) => ({
      count: letters(filter).length,
      asOf: iso(Date.now()),
      byStatus: [{ value: 'FAILED', count: letters(filter).length }],
      sample: letters(filter).slice(0, 5),
      undoable: action === 'DISCARD',
    }),
    bulkOperation: ({ id }: Args) => found(id),
    bulkOperations: () => ({ nodes: operations, pageInfo: { hasNextPage: false, hasPreviousPage: false } }),
    redriveDeadLetters: (args: Args) => begin('REDRIVE', args, 'REDRIVEN'),
    discardDeadLetters: (args: Args) => begin('DISCARD', args, 'DISCARDED'),
    abortBulkOperation: ({ id }: Args) =>
      Object.assign(found(id) ?? {}, { status: 'ABORTED', finished: true, finishedAt: iso(Date.now()) }),
    undoBulkOperation: ({ id }: Args) => {
      const undone = found(id);
      Object.assign(undone ?? {}, { undoableUntil: null });
      const back = operation(crypto.randomUUID(), 'RESTORE', undone?.done ?? 0, Date.now(), { undoOf: id });
      Object.assign(back, { status: 'FINISHED', finished: true, done: back.total });
      operations.unshift(back);
      return back;
    },
  };
}

/** The frames of one operation, to its end. */
export async function* operationFrames(state: MockState, id: string) {
  for (;;) {
    const now = state.operations.find((one) => one.id === id);
    if (!now) return;
    yield { bulkOperationUpdates: { ...now } };
    if (now.finished) return;
    await new Promise((resolve) => setTimeout(resolve, 60).unref());
  }
}
