import { expect, it } from 'vitest';
import { HeldMessage } from './held-message.js';
import { HeldTable } from './held-table.js';

const REPLY = '$JS.ACK.JF_RUNS_0.q_default_5.1.42.42.1795000000000000000.7';
const messageOf = (reply: string, answers: string[] = []) => ({
  data: new Uint8Array(),
  seq: 1,
  deliveryCount: 1,
  reply,
  ack: () => void answers.push('ack'),
  nak: () => void answers.push('nak'),
  working: () => void answers.push('working'),
  term: () => void answers.push('term'),
});

it('shows the thread what runs, and nothing that waits or was answered', () => {
  const table = new HeldTable(4);
  const thread = new HeldTable(table.buffer);
  const answers: string[] = [];
  const [one, two] = [
    new HeldMessage(messageOf(REPLY, answers), table),
    new HeldMessage(messageOf(`${REPLY}1`), table),
  ];
  expect(thread.started()).toEqual([]);
  one.started(3, 1_000, 61_000);
  expect(thread.started()).toEqual([{ reply: REPLY, claim: 3, startedAt: 1_000, hardAt: 61_000 }]);
  one.claimed(4);
  two.started(0, 2_000, 0);
  expect(thread.started().map(({ claim, hardAt }) => [claim, hardAt])).toEqual([
    [4, 61_000],
    [0, 0],
  ]);
  one.ack();
  one.release();
  two.release();
  expect(thread.started()).toEqual([]);
  expect(answers).toEqual(['ack']);
});

it('uses its slots again, and at its bound leaves a message to the loop alone', () => {
  const table = new HeldTable(2);
  for (let n = 0; n < 10; n++) new HeldMessage(messageOf(REPLY), table).nak();
  const held = [1, 2, 3].map(() => new HeldMessage(messageOf(REPLY), table));
  for (const message of held) message.started(0, 1, 0);
  expect(table.started()).toHaveLength(2);
  held[2]?.ack();
  held[0]?.ack();
  const long = new HeldMessage(messageOf('x'.repeat(300)), table);
  long.started(0, 1, 0);
  expect(table.started()).toHaveLength(1);
});

it('tells when the loop last turned', () => {
  const table = new HeldTable(1);
  table.turn(1_795_000_000_123);
  expect(new HeldTable(table.buffer).lastTurn()).toBe(1_795_000_000_123);
});
