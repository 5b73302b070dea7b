import type { StateEvent } from '@jobflow/contracts';
import { entityOf, type Kept, type StateStore, saveState } from '@jobflow/platform';
import { byOf, type Context, notePosition } from '../context/context.js';
import { conflict, notFound, queueFull } from '../errors/refusals.js';
import { inTurn } from './in-turn.js';
import { noteChange } from './note-change.js';
import { settledState } from './settled-state.js';

interface Stamped {
  revision: number;
  updatedAt: number;
  updatedBy?: string | undefined;
}

export interface DefinitionChange<S extends Stamped> {
  /** In words, for refusals: `job`. */
  what: string;
  id: string;
  /** What is done to it, for the audit log; default `updated`. */
  verb?: string;
  reason?: string | undefined;
  expectedRevision?: number | null | undefined;
  find(store: StateStore): Kept<S> | undefined;
  /** The new state, before it is stamped. Undefined: as it is. Throws refusals. */
  decide(state: S, store: StateStore): S | undefined | Promise<S | undefined>;
  event(state: S): StateEvent;
}

const TRIES = 5;
const NEWS_MS = 500;

/**
 * Changes a definition against what it is now. If somebody else is faster the change is decided again, unless the
 * client said which revision it had seen.
 */
export async function changeDefinition<S extends Stamped>(ctx: Context, change: DefinitionChange<S>): Promise<S> {
  const store = await settledState(ctx);
  return inTurn(store, `${change.what} ${change.id}`, () => changeIn(ctx, store, change));
}

async function changeIn<S extends Stamped>(ctx: Context, store: StateStore, change: DefinitionChange<S>): Promise<S> {
  for (let tries = 0; ; tries++) {
    const kept = change.find(store);
    if (!kept) throw notFound(change.what, change.id);
    checkRevision(change, kept.state);
    const decided = await change.decide(kept.state, store);
    if (!decided) return kept.state;
    const next: S = { ...decided, revision: kept.state.revision + 1, updatedAt: ctx.clock.now(), updatedBy: ctx.actor };
    const saved = await saveState(ctx.log, store, change.event(next), {
      expectSeq: kept.seq,
      by: byOf(ctx, change.reason),
    });
    if (saved.ok) {
      notePosition(ctx, { state: saved.seq });
      const action = `${change.what}.${change.verb ?? 'updated'}`;
      await noteChange(ctx, { action, target: change.id, reason: change.reason, detail: { revision: next.revision } });
      return next;
    }
    if (saved.reason === 'full') throw logOfDefinitionsFull();
    if (tries === TRIES)
      throw conflict(`The ${change.what} ${change.id} changes too fast. Try again.`, {
        currentRevision: kept.state.revision,
      });
    await newsOf(ctx, () => change.find(store)?.seq !== kept.seq);
  }
}

/** Another gateway was faster: its change is on the way to this one's memory, unless it is there already. */
async function newsOf({ stateStore, clock }: Context, arrived: () => boolean): Promise<void> {
  const until = clock.now() + NEWS_MS;
  while (!arrived() && clock.now() < until) await stateStore.waitFor(stateStore.seq() + 1, NEWS_MS / 5);
}

function checkRevision<S extends Stamped>({ what, id, expectedRevision }: DefinitionChange<S>, state: S): void {
  if (expectedRevision === null || expectedRevision === undefined || expectedRevision === state.revision) return;
  throw conflict(`The ${what} ${id} is at revision ${state.revision}, not ${expectedRevision}: look at it again.`, {
    currentRevision: state.revision,
  });
}

/**
 * Saves a definition that must not exist yet.
 * @param eventOf makes it of what the store knows at the sequence that the log is told to expect
 */
export async function createDefinition(
  ctx: Context,
  what: string,
  eventOf: (store: StateStore) => StateEvent,
  revisionNow: (store: StateStore) => number | undefined,
): Promise<void> {
  const store = await settledState(ctx);
  const event = eventOf(store);
  const { kind, id } = entityOf(event);
  const refuse = () => conflict(`There is a ${what} ${id} already.`, { currentRevision: revisionNow(store) ?? 1 });
  if (revisionNow(store) !== undefined) throw refuse();
  const saved = await saveState(ctx.log, store, event, { expectSeq: store.seqOf(kind, id), by: byOf(ctx) });
  if (saved.ok) {
    notePosition(ctx, { state: saved.seq });
    await noteChange(ctx, { action: `${what}.created`, target: id });
    return;
  }
  if (saved.reason === 'full') throw logOfDefinitionsFull();
  await newsOf(ctx, () => revisionNow(store) !== undefined);
  throw refuse();
}

export const logOfDefinitionsFull = () => queueFull('The log of definitions is at its limit.');
