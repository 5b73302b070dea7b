import { MsgHdrsImpl } from '@nats-io/transport-node';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import type { AckInbox, PubAnswer } from '../nats/ack-inbox.js';
import type { NatsLink } from '../nats/nats-link.js';
import type { Appended } from './event-log-types.js';
import { Lane } from './lane.js';
import type { Unit } from './unit.js';

interface Published {
  subject: string;
  batch: string | undefined;
  commits: boolean;
}

/** A lane to a server that answers when a test says so. */
function makeLane() {
  const published: Published[] = [];
  const expected: PromiseWithResolvers<PubAnswer>[] = [];
  const link = {
    connected: () => true,
    onConnected: () => () => undefined,
    nc: {
      publish(subject: string, _data: Uint8Array, { headers: raw }: { headers: { encode(): Uint8Array } }) {
        const headers = MsgHdrsImpl.decode(raw.encode());
        const batch = headers.get('Nats-Batch-Id') || undefined;
        published.push({ subject, batch, commits: headers.get('Nats-Batch-Commit') === '1' });
      },
    },
  } as unknown as NatsLink;
  const inbox: AckInbox = {
    expect() {
      const answer = Promise.withResolvers<PubAnswer>();
      expected.push(answer);
      return { reply: `inbox.${expected.length}`, answer: answer.promise };
    },
    stop: () => undefined,
  };
  const metrics = { group: () => undefined, answered: () => undefined, refused: () => undefined };
  const logger = pino({ level: 'silent' });
  const patience = { silenceMs: 60_000, deadlineMs: 60_000 };
  const lane = new Lane({ link, inbox, stream: 'S', atomic: true, patience, logger, metrics });
  const answers = new Map<string, Appended>();
  const submit = (name: string, count = 1) => lane.submit(unitOf(name, count, (answer) => answers.set(name, answer)));
  let seq = 0;
  return {
    ...{ lane, answers, submit },
    /** What was published since this was asked last. */
    sent: () => published.splice(0),
    /** Stores what is under way; a batch of so many messages has one answer. */
    async store(messages = 1) {
      for (const { resolve } of expected.splice(0)) {
        seq += messages;
        resolve({ kind: 'stored', seq, duplicate: false });
      }
      await turns();
    },
  };
}

function unitOf(name: string, count: number, onAnswer: (answer: Appended) => void): Unit {
  const messages = Array.from({ length: count }, (_, n) => ({
    ...{ subject: count === 1 ? name : `${name}.${n}`, data: new Uint8Array(1), expect: undefined },
  }));
  const unit: Unit = {
    ...{ messages: () => messages, count, bytes: count, msgId: name, since: Date.now(), settled: false },
    settle(answer) {
      unit.settled = true;
      onAnswer(answer);
    },
    fail: () => undefined,
  };
  return unit;
}

const turns = () => new Promise<void>((resolve) => setImmediate(resolve));
const subjects = (published: Published[]) => published.map(({ subject }) => subject);

describe('what is appended', () => {
  it('goes at once when nothing is under way', async () => {
    const { submit, sent, store, answers } = makeLane();
    submit('a');
    await turns();
    expect(subjects(sent())).toEqual(['a']);
    await store();
    expect(answers.get('a')).toMatchObject({ ok: true, seq: 1 });
    submit('b');
    await turns();
    expect(subjects(sent())).toEqual(['b']);
  });

  it('in one turn goes together', async () => {
    const { submit, sent } = makeLane();
    for (const name of ['a', 'b', 'c']) submit(name);
    await turns();
    expect(subjects(sent())).toEqual(['a', 'b', 'c']);
  });

  it('while something is under way gathers, and all of it goes as the next', async () => {
    const { lane, submit, sent, store } = makeLane();
    submit('first');
    await turns();
    sent();
    const names = Array.from({ length: 20 }, (_, n) => `n${n}`);
    for (const name of names) {
      submit(name);
      await turns();
    }
    expect(sent()).toEqual([]);
    expect(lane.depth).toBe(21);
    await store();
    expect(subjects(sent())).toEqual(names);
    submit('last');
    await turns();
    expect(sent()).toEqual([]);
    await store();
    expect(subjects(sent())).toEqual(['last']);
  });

  it('as one unit of several messages is one batch, in which what stands beside it goes along', async () => {
    const { submit, sent, store, answers } = makeLane();
    submit('pair', 2);
    submit('alone');
    submit('three', 3);
    await turns();
    const batch = sent();
    expect(subjects(batch)).toEqual(['pair.0', 'pair.1', 'alone', 'three.0', 'three.1', 'three.2']);
    expect(new Set(batch.map(({ batch: id }) => id)).size).toBe(1);
    expect(batch.map(({ commits }) => commits)).toEqual([false, false, false, false, false, true]);
    await store(6);
    // The answer names the last message of all.
    const seqs = ['pair', 'alone', 'three'].map((name) => answers.get(name));
    expect(seqs).toMatchObject([{ seq: 2 }, { seq: 3 }, { seq: 6 }]);
  });
});
