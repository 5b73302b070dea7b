import { queueConsumer } from '@jobflow/contracts';
import { pino } from 'pino';
import { expect, it } from 'vitest';
import type { NatsLink } from '../nats/nats-link.js';
import { createPullLoop } from './pull-loop.js';
import type { PullLoop } from './pull-loop-types.js';

/** A server whose queues never run empty: it answers each pull with as many messages as were asked for. */
function makeServer() {
  const inboxes = new Map<string, (error: null, message: object) => void>();
  const asked: { consumer: string; batch: number }[] = [];
  let seq = 0;
  const answer = (consumer: string, inbox: string) => {
    seq += 1;
    const reply = `$JS.ACK.S.${consumer}.1.${seq}.${seq}.0.1000`;
    inboxes.get(inbox)?.(null, { subject: 'jf', reply, data: new Uint8Array() });
  };
  const link = {
    ...{ inboxPrefix: '_INBOX', connected: () => true, onConnected: () => () => undefined },
    nc: {
      isClosed: () => false,
      subscribe(subject: string, { callback }: { callback: (error: null, message: object) => void }) {
        inboxes.set(subject.replace(/\.\*$/, ''), callback);
        const off = () => void inboxes.delete(subject.replace(/\.\*$/, ''));
        return { isClosed: () => false, unsubscribe: off, drain: async () => off() };
      },
      publish(subject: string, data: string, { reply = '' } = {}) {
        if (!subject.startsWith('$JS.API.CONSUMER.MSG.NEXT.')) return;
        const consumer = subject.split('.').at(-1) ?? '';
        const { batch } = JSON.parse(data) as { batch: number };
        asked.push({ consumer, batch });
        for (let n = 0; n < batch; n++) setImmediate(answer, consumer, reply.replace(/\.\d+$/, ''));
      },
    },
  } as unknown as NatsLink;
  return { link, asked };
}

it('every sixteenth pull is from the bottom, however full the top is, and no other one', async () => {
  const { link, asked } = makeServer();
  const enough = Promise.withResolvers<void>();
  let busy = 0;
  const loop: PullLoop = createPullLoop(link, {
    ...{ capacity: () => 1, freeSlots: () => 1 - busy, logger: pino({ level: 'silent' }) },
    onMessage() {
      busy += 1;
      if (asked.length >= 160) return enough.resolve();
      setImmediate(() => {
        busy -= 1;
        loop.wake();
      });
    },
  });
  loop.setLevels([9, 5, 1].map((priority) => ({ consumer: queueConsumer('default', priority), priority })));
  await loop.start();
  await enough.promise;
  await loop.stop();
  const levels = asked.slice(0, 160).map(({ consumer }) => Number(consumer.split('_').at(-1)));
  const low = levels.flatMap((priority, at) => (priority === 9 ? [] : [at + 1]));
  expect(low).toEqual([16, 32, 48, 64, 80, 96, 112, 128, 144, 160]);
  // The one not asked for longest: neither of the two waits for the other to run empty.
  expect(new Set(low.map((at) => levels[at - 1]))).toEqual(new Set([1, 5]));
  expect(asked.every(({ batch }) => batch === 1)).toBe(true);
});
