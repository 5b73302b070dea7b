import { Duplex } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { fakeContext } from '../fake-context.js';
import { secretAnswers } from './answer-secrets.js';

it('a job that does not read the answers to its questions is heard no further until it does', async () => {
  const unread: (() => void)[] = [];
  const channel = new Duplex({ read() {}, write: (_chunk, _encoding, read) => void unread.push(read) });
  channel.on('data', () => undefined);
  const context = fakeContext({});
  context.secrets.t = 'value';
  const ask = secretAnswers(context, channel);
  for (let n = 0; n < 63; n++) ask('t');
  expect(channel.isPaused()).toBe(false);
  ask('t');
  expect(channel.isPaused()).toBe(true);
  await turn();
  unread.shift()?.();
  await turn();
  expect(channel.isPaused()).toBe(false);
});
