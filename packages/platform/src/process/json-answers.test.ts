import { Duplex } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { jsonAnswers } from './json-answers.js';

it('whoever does not read the answers to its questions is heard no further until it does', async () => {
  const unread: (() => void)[] = [];
  const channel = new Duplex({ read() {}, write: (_chunk, _encoding, read) => void unread.push(read) });
  channel.on('data', () => undefined);
  const answer = jsonAnswers(channel);
  for (let n = 0; n < 63; n++) answer(Promise.resolve({ n }));
  expect(channel.isPaused()).toBe(false);
  answer(Promise.resolve({ n: 63 }));
  expect(channel.isPaused()).toBe(true);
  await turn();
  unread.shift()?.();
  await turn();
  expect(channel.isPaused()).toBe(false);
});
