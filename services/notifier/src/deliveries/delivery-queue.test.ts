import { type Logger, SecretBoxError, systemClock } from '@jobflow/platform';
import { describe, expect, it } from 'vitest';
import type { PendingDelivery } from './delivery.js';
import { createDeliveryQueue } from './delivery-queue.js';

const logger = { warn: () => undefined } as unknown as Logger;
const delivery = (id: string, channelId: string, number = 1): PendingDelivery => ({
  id,
  channelId,
  url: undefined,
  event: 'run.failed',
  body: '{}',
  number,
  dueAt: 0,
});

interface Warned {
  why: string;
  channel: string;
}

/** Attempts that wait to be let go, one by one. */
function gates() {
  const begun: string[] = [];
  const open = new Map<string, () => void>();
  const attempt = (d: PendingDelivery) =>
    new Promise<PendingDelivery | undefined>((resolve) => {
      begun.push(d.id);
      open.set(d.id, () => resolve(undefined));
    });
  return { begun, attempt, open: (id: string) => open.get(id)?.() };
}

describe('the queue of deliveries', () => {
  it('makes four attempts at a time per endpoint, and one that hangs keeps nobody else waiting', async () => {
    const { begun, attempt, open } = gates();
    const queue = createDeliveryQueue(attempt, systemClock, logger);
    for (let n = 0; n < 6; n++) queue.offer(delivery(`slow-${n}`, 'slow'));
    queue.offer(delivery('quick', 'other'));
    expect(begun).toEqual(['slow-0', 'slow-1', 'slow-2', 'slow-3', 'quick']);
    open('slow-1');
    await Promise.resolve();
    for (const id of ['slow-0', 'slow-2', 'slow-3', 'quick']) open(id);
    await new Promise((resolve) => setImmediate(resolve));
    expect(begun).toHaveLength(7);
    for (const id of begun) open(id);
    await queue.stop();
  });

  it('holds so many of an endpoint that takes nothing, and still takes those of others', async () => {
    const { begun, attempt, open } = gates();
    const queue = createDeliveryQueue(attempt, systemClock, logger);
    for (let n = 0; n < 12_000; n++) queue.offer(delivery(`down-${n}`, 'down'));
    expect(queue.held()).toBe(500);
    queue.offer(delivery('up', 'other'));
    expect(begun).toContain('up');
    const stopped = queue.stop();
    for (const id of begun) open(id);
    await stopped;
  });

  it('leaves alone what another notifier owns by the time it is due', async () => {
    const { begun, attempt } = gates();
    const queue = createDeliveryQueue(attempt, systemClock, logger, () => false);
    queue.offer(delivery('a', 'c'));
    await new Promise((resolve) => setImmediate(resolve));
    expect(begun).toEqual([]);
    expect(queue.held()).toBe(0);
    await queue.stop();
  });

  it('makes an attempt once, however often it is offered', async () => {
    const { begun, attempt, open } = gates();
    const queue = createDeliveryQueue(attempt, systemClock, logger);
    queue.offer(delivery('a', 'c'));
    queue.offer(delivery('a', 'c'));
    open('a');
    await new Promise((resolve) => setImmediate(resolve));
    queue.offer(delivery('a', 'c'));
    queue.offer(delivery('a', 'c', 2));
    expect(begun).toEqual(['a', 'a']);
    open('a');
    await queue.stop();
  });

  it('forgets an attempt that could not be recorded, so that the sweep may bring it back', async () => {
    let tries = 0;
    const queue = createDeliveryQueue(
      async () => {
        tries++;
        throw new Error('the log is away');
      },
      systemClock,
      logger,
    );
    queue.offer(delivery('a', 'c'));
    await new Promise((resolve) => setImmediate(resolve));
    queue.offer(delivery('a', 'c'));
    await queue.stop();
    expect(tries).toBe(2);
  });

  it('tells once per channel and key that its secret cannot be opened, until that changes', async () => {
    const warned: string[] = [];
    const telling = { warn: ({ why, channel }: Warned) => warned.push(`${channel}: ${why}`) } as unknown as Logger;
    const missing = new Map([
      ['a', 'key 1'],
      ['b', 'key 1'],
    ]);
    const attempt = async ({ channelId = '' }: PendingDelivery) => {
      const why = missing.get(channelId);
      if (why) throw new SecretBoxError(why);
      return undefined;
    };
    const queue = createDeliveryQueue(attempt, systemClock, telling);
    let offered = 0;
    const sweep = async () => {
      for (const channel of ['a', 'a', 'b']) queue.offer(delivery(`d-${offered++}`, channel));
      await new Promise((resolve) => setImmediate(resolve));
    };
    await sweep();
    await sweep();
    expect(warned).toEqual(['a: key 1', 'b: key 1']);
    missing.set('a', 'key 2');
    await sweep();
    expect(warned.splice(0)).toEqual(['a: key 1', 'b: key 1', 'a: key 2']);
    missing.delete('a');
    await sweep();
    missing.set('a', 'key 2');
    await sweep();
    expect(warned).toEqual(['a: key 2']);
    await queue.stop();
  });
});
