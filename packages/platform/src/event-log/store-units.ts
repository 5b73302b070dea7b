import type { Logger } from 'pino';
import type { AckInbox, PubAnswer } from '../nats/ack-inbox.js';
import type { NatsLink } from '../nats/nats-link.js';
import { publishUnits } from './publish-units.js';
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
  logger: Logger;
  /** Facts that found the stream full: they are tried again later, without holding up what may fit. */
  defer(unit: Unit): void;
  /** Waits before attempt n + 1: for the connection, or a little with jitter. False: the log stops. */
  pause(attempt: number): Promise<boolean>;
}

/**
 * Stores units as one group and settles each. A group that is refused because of one of its members is halved until
 * each has its own answer, in order; an answer that never came is asked for again with the same ids.
 */
export async function storeUnits(context: StoreContext, group: readonly Unit[]): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    const units = group.filter((unit) => !unit.settled);
    if (units.length === 0) return;
    let answer: PubAnswer;
    try {
      answer = await publishUnits(context.link, context.inbox, units);
    } catch (error) {
      // The client refused to send it: too large a message, or the connection was closed for good.
      if (units.length > 1) return halve(context, units);
      return units[0]?.fail(error instanceof Error ? error : new Error(String(error)));
    }
    if (answer.kind === 'stored') return settleStored(units, answer);
    if (answer.kind === 'refused' && !isTransient(answer)) {
      if (units.length > 1) return halve(context, units);
      if (await settleRefused(context, units[0] as Unit, answer)) return;
    } else {
      const why = answer.kind === 'lost' ? answer.why : answer.text;
      context.logger.debug({ stream: context.stream, units: units.length, attempt, why }, 'a publish is repeated');
    }
    if (!(await context.pause(attempt))) return;
  }
}

async function halve(context: StoreContext, units: readonly Unit[]): Promise<void> {
  const middle = units.length >> 1;
  await storeUnits(context, units.slice(0, middle));
  await storeUnits(context, units.slice(middle));
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
    if (unit.deadline === Number.POSITIVE_INFINITY) context.defer(unit);
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
