import { type Actor, limits, storable, streams } from '@jobflow/contracts';
import type { Logger } from 'pino';
import { Registry } from 'prom-client';
import { newId } from '../ids/ids.js';
import { createAckInbox } from '../nats/ack-inbox.js';
import type { NatsLink } from '../nats/nats-link.js';
import { type Clock, systemClock } from '../time/clock.js';
import { commitBytes, familyOf, HEAD_BYTES } from './commit-bytes.js';
import {
  type Appended,
  type AppendUnit,
  type EventLog,
  type LogEvent,
  LogUnavailableError,
  type UnitMessage,
} from './event-log-types.js';
import { FactsUnit } from './facts-unit.js';
import { Lane } from './lane.js';
import { createLogMetrics } from './log-metrics.js';
import type { Outgoing, Unit } from './unit.js';

export interface EventLogOptions {
  /** Who writes, unless a unit says otherwise: `system:<service>`. */
  actor: string;
  logger: Logger;
  clock?: Clock;
  metrics?: Registry;
  /** How long `append` waits for a server that does not answer: 5 s. */
  silenceMs?: number;
  /** How long `append` waits in all, while a server that has much to do answers others: 20 s. */
  deadlineMs?: number;
  /** Bounds on what waits; beyond them `append` refuses and `record` waits. */
  maxPendingBytes?: number;
  maxPendingUnits?: number;
}

const STOP_MS = 10_000;
const STOP_DISCONNECTED_MS = 2_000;
/** Messages above this are refused before they are sent: headers need room below the server's max_payload. */
const HEADER_ROOM = 4 * 1024;

export function createEventLog(link: NatsLink, options: EventLogOptions): EventLog {
  const { actor, logger, clock = systemClock } = options;
  const patience = { silenceMs: options.silenceMs ?? 5_000, deadlineMs: options.deadlineMs ?? limits.appendMs };
  const { maxPendingBytes = 64 * 1024 * 1024, maxPendingUnits = 50_000 } = options;
  const inbox = createAckInbox(link);
  const lanes = new Map<string, Lane>();
  const open = new Map<string, FactsUnit>();
  const room: (() => void)[] = [];
  let pendingBytes = 0;
  let pendingUnits = 0;
  let stopping: Promise<void> | undefined;
  const metrics = createLogMetrics(
    options.metrics ?? new Registry(),
    () => pendingUnits,
    () => pendingBytes,
  );

  const laneOf = (stream: string): Lane => {
    let lane = lanes.get(stream);
    if (!lane) {
      const atomic = streams.find(({ name }) => name === stream)?.allowAtomic ?? false;
      lane = new Lane({ link, inbox, stream, atomic, patience, logger, metrics });
      lanes.set(stream, lane);
    }
    return lane;
  };
  const behind = () => pendingBytes >= maxPendingBytes || pendingUnits >= maxPendingUnits;
  const hold = (units: number, bytes: number) => {
    pendingUnits += units;
    pendingBytes += bytes;
    if (units > 0 || bytes > 0 || behind()) return;
    for (const resolve of room.splice(0)) resolve();
  };
  const stoppedError = () => new LogUnavailableError('the log has stopped');

  async function append(unit: AppendUnit): Promise<Appended> {
    if (stopping) throw stoppedError();
    if (behind()) throw new LogUnavailableError('the log is behind: too much waits to be stored', { stored: 'no' });
    const stream = streamOf(unit);
    const at = clock.now();
    const msgId = unit.msgId ?? newId();
    const by: Actor = unit.by ?? { actor };
    const id = idOf(msgId);
    const more = unit.messages.length > 1 ? newId() : '';
    const messages = unit.messages.map((message, i) =>
      encode(message, { id: i === 0 ? id : `${more}.${i}`, at, by, trace: unit.trace }),
    );
    const most = (link.nc.info?.max_payload ?? 1024 * 1024) - HEADER_ROOM;
    if (messages.some(({ data }) => data.length > most)) throw new TypeError(`A message is larger than ${most} bytes.`);
    const bytes = messages.reduce((sum, { data }) => sum + data.length + HEAD_BYTES, 0);
    const started = performance.now();
    hold(1, bytes);
    try {
      const answer = await new Promise<Appended>((resolve, reject) => {
        laneOf(stream).submit(plainUnit(messages, bytes, msgId, resolve, reject));
      });
      if (!answer.ok) metrics.refused(stream, answer.reason);
      return answer;
    } finally {
      hold(-1, -bytes);
      metrics.answered(stream, (performance.now() - started) / 1000);
    }
  }

  // Not async: on the way of every run, each promise counts.
  function record(subject: string, events: LogEvent[]): Promise<{ seq: number }> {
    try {
      const encoded = encodeFacts(subject, events);
      const bytes = encoded.reduce((sum, text) => sum + Buffer.byteLength(text) + 1, 0);
      const add = (): Promise<{ seq: number }> =>
        behind() && !stopping
          ? new Promise<void>((resolve) => void room.push(resolve)).then(add)
          : addFacts(subject, encoded, bytes);
      return add();
    } catch (error) {
      return Promise.reject(error);
    }
  }

  function addFacts(subject: string, encoded: string[], bytes: number): Promise<{ seq: number }> {
    if (stopping) return Promise.reject(stoppedError());
    hold(1, bytes);
    return new Promise((resolve, reject) => {
      let unit = open.get(subject);
      if (!unit?.fits(encoded.length, bytes)) {
        unit = openFacts(subject);
        laneOf(unit.stream).submit(unit);
      }
      unit.add(encoded, bytes, { resolve, reject });
    });
  }

  function openFacts(subject: string): FactsUnit {
    const started = performance.now();
    const unit = new FactsUnit(
      subject,
      streamOfSubject(subject),
      newId(),
      { at: clock.now(), by: { actor } },
      (held) => {
        if (open.get(subject) === unit) open.delete(subject);
        hold(-held.facts, -held.bytes);
        metrics.answered(unit.stream, (performance.now() - started) / 1000);
      },
    );
    open.set(subject, unit);
    return unit;
  }

  async function stop(): Promise<void> {
    for (const resolve of room.splice(0)) resolve();
    const { promise: late, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, link.connected() ? STOP_MS : STOP_DISCONNECTED_MS);
    await Promise.race([Promise.all([...lanes.values()].map((lane) => lane.idle())), late]);
    clearTimeout(timer);
    for (const lane of lanes.values()) lane.stop();
    inbox.stop();
  }

  return {
    append,
    record,
    depth: () => pendingUnits,
    stop: () => (stopping ??= stop()),
  };
}

/** A commit id is at most 64 characters; a longer msgId only guards the message. */
const idOf = (msgId: string): string => (msgId.length <= 64 ? msgId : newId());

function encode(message: UnitMessage, head: Parameters<typeof commitBytes>[1]): Outgoing {
  const { subject, expectLastSubjectSeq: expect, events, payload } = message;
  if (events) return { subject, expect, data: commitBytes(subject, head, events) };
  return { subject, expect, data: typeof payload === 'string' ? Buffer.from(payload) : payload };
}

function encodeFacts(subject: string, events: LogEvent[]): string[] {
  if (events.length === 0 || events.length > limits.commitEvents) throw new TypeError('1 to 500 events at a time.');
  const family = familyOf(subject);
  return events.map((event) => JSON.stringify(storable(family, event)));
}

function streamOfSubject(subject: string): string {
  for (const { name, subjects } of streams) {
    if (subjects.some((filter) => subject.startsWith(filter.slice(0, -1)))) return name;
  }
  throw new TypeError(`No stream takes ${subject}.`);
}

function streamOf(unit: AppendUnit): string {
  const { messages } = unit;
  if (messages.length === 0 || messages.length > limits.batchMessages)
    throw new TypeError('A unit has 1 to 1,000 messages.');
  const [first, ...rest] = messages.map(({ subject }) => streamOfSubject(subject));
  if (rest.some((stream) => stream !== first)) throw new TypeError('A unit belongs to one stream.');
  const atomic = streams.find(({ name }) => name === first)?.allowAtomic;
  if (rest.length > 0 && !atomic) throw new TypeError(`${first} takes one message at a time.`);
  return first as string;
}

function plainUnit(
  messages: Outgoing[],
  bytes: number,
  msgId: string,
  resolve: (answer: Appended) => void,
  reject: (error: Error) => void,
): Unit {
  const unit: Unit = {
    messages: () => messages,
    count: messages.length,
    bytes,
    msgId,
    since: Date.now(),
    settled: false,
    settle(answer) {
      if (unit.settled) return;
      unit.settled = true;
      resolve(answer);
    },
    fail(error) {
      if (unit.settled) return;
      unit.settled = true;
      reject(error);
    },
  };
  return unit;
}
