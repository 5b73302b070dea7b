import type { Logger } from 'pino';
import type { AckInbox, PubAnswer } from '../nats/ack-inbox.js';
import type { NatsLink } from '../nats/nats-link.js';
import { publishBatch, publishPlain } from './publish-units.js';
import type { Unit } from './unit.js';

const DUPLICATE_IN_BATCH = 10201;
const FULL = 10077;
const WRONG_LAST_SEQUENCE = new Set([10071, 10164]);
/** Too many open batches; or, of a batch whose first message was refused for that, incomplete. */
const TRY_AGAIN = new Set([10210, 10176]);

export interface StoreContext {
  link: NatsLink;
  inbox: AckInbox;
  stream: string;
  /** Whether the stream takes atomic batches. */
  atomic: boolean;
  logger: Logger;
  /** Facts that found the stream full: they are tried again later, without holding up what may fit. */
  defer(unit: Unit): void;
  /** Told how each publish went: undefined when it was answered for good, else why it is repeated. */
  heard(trouble: string | undefined): void;
  /** Waits before attempt n + 1: for the connection, or a little with jitter. False: the log stops. */
  pause(attempt: number): Promise<boolean>;
}

/**
 * Stores a unit of one message, on its own. The server checks a plain message's expected sequence before its Msg-Id, so
 * that the repetition of a guarded message looks like a conflict with itself: a conflict is therefore asked about again
 * as a batch of one, where the Msg-Id comes first.
 */
export async function storePlain(context: StoreContext, unit: Unit): Promise<void> {
  const guarded = unit.messages()[0]?.expect !== undefined;
  for (let attempt = 0; !unit.settled; attempt++) {
    const answer = await send(unit, () => publishPlain(context.link, context.inbox, unit));
    if (!answer) return;
    context.heard(troubleOf(answer));
    if (answer.kind === 'stored') return unit.settle({ ok: true, seq: answer.seq, duplicate: answer.duplicate });
    if (answer.kind === 'refused' && !isTransient(answer)) {
      if (guarded && context.atomic && WRONG_LAST_SEQUENCE.has(answer.code)) return storeBatch(context, [unit]);
      if (await settleRefused(context, unit, answer)) return;
    }
    note(context, answer, 1, attempt);
    if (!(await context.pause(attempt))) return;
  }
}

/**
 * Stores units as one atomic batch and settles each. A batch that is refused because of one of its units is halved until
 * each has its own answer, in order; an answer that never came is asked for again with the same ids.
 */
export async function storeBatch(context: StoreContext, batch: readonly Unit[]): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    const units = batch.filter((unit) => !unit.settled);
    const [first] = units;
    if (!first) return;
    let answer: PubAnswer;
    try {
      answer = await publishBatch(context.link, context.inbox, units);
    } catch (error) {
      // The client would not send it: the connection was closed for good, or a message is beyond what the server takes.
      if (units.length > 1) return halve(context, units);
      return first.fail(asError(error));
    }
    context.heard(troubleOf(answer));
    if (answer.kind === 'stored') return settleStored(units, answer);
    if (answer.kind === 'refused' && !isTransient(answer)) {
      if (units.length > 1) return halve(context, units);
      if (await settleRefused(context, first, answer)) return;
    }
    note(context, answer, units.length, attempt);
    if (!(await context.pause(attempt))) return;
  }
}

async function halve(context: StoreContext, units: readonly Unit[]): Promise<void> {
  const middle = units.length >> 1;
  await storeBatch(context, units.slice(0, middle));
  await storeBatch(context, units.slice(middle));
}

async function send(unit: Unit, publish: () => Promise<PubAnswer>): Promise<PubAnswer | undefined> {
  try {
    return await publish();
  } catch (error) {
    unit.fail(asError(error));
    return undefined;
  }
}

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));

function note(context: StoreContext, answer: PubAnswer, units: number, attempt: number): void {
  const why = troubleOf(answer) ?? 'its fate is unknown';
  context.logger.debug({ stream: context.stream, units, attempt, why }, 'a publish is repeated');
}

function troubleOf(answer: PubAnswer): string | undefined {
  if (answer.kind === 'lost') return answer.why;
  return answer.kind === 'refused' && isTransient(answer) ? answer.text : undefined;
}

const isTransient = (answer: PubAnswer & { kind: 'refused' }): boolean =>
  TRY_AGAIN.has(answer.code) || (answer.code !== FULL && (answer.status >= 500 || answer.status === 429));

/** A batch is answered with the sequence of its last message; the others lie just before it. */
function settleStored(units: readonly Unit[], answer: PubAnswer & { kind: 'stored' }): void {
  let seq = answer.seq;
  for (const unit of [...units].reverse()) {
    unit.settle({ ok: true, seq, duplicate: answer.duplicate });
    seq -= unit.count;
  }
}

/** Answers a lone unit that was refused. False: its fate is still unknown. */
async function settleRefused(
  context: StoreContext,
  unit: Unit,
  answer: PubAnswer & { kind: 'refused' },
): Promise<boolean> {
  if (answer.code === DUPLICATE_IN_BATCH) {
    const seq = await sequenceAfter(context, unit);
    if (seq === undefined) return false;
    unit.settle({ ok: true, seq, duplicate: true });
  } else if (WRONG_LAST_SEQUENCE.has(answer.code)) {
    unit.settle({ ok: false, reason: 'conflict' });
  } else if (answer.code === FULL) {
    if (unit.since === undefined) context.defer(unit);
    else unit.settle({ ok: false, reason: 'full' });
  } else {
    unit.fail(new Error(`${context.stream} refuses the message (${answer.code}): ${answer.text}`));
  }
  return true;
}

/** The refusal of a duplicate does not say where it lies: the newest message of its last subject is at or after it. */
async function sequenceAfter(context: StoreContext, unit: Unit): Promise<number | undefined> {
  const subject = unit.messages().at(-1)?.subject ?? '';
  try {
    const last = await context.link.jsm.streams.getMessage(context.stream, { last_by_subj: subject });
    if (last) return last.seq;
    return (await context.link.jsm.streams.info(context.stream)).state.last_seq;
  } catch {
    return undefined;
  }
}
