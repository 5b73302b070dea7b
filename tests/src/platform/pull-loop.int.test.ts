import { queueConsumer, queuedSubject, RUNS_STREAM } from '@jobflow/contracts';
import {
  createEventLog,
  createPullLoop,
  ensureConsumer,
  type PulledMessage,
  type PullLevel,
  type PullLoop,
} from '@jobflow/platform';
import { describe, expect, it } from 'vitest';
import { type Backed, backedByNats, silent, until } from './backed.js';
import { runQueued } from './events.js';

const level = (priority: number, queue = 'default'): PullLevel => ({
  consumer: queueConsumer(queue, priority),
  priority,
});

async function enqueue(backed: Backed, count: number, priority = 5, queue = 'default'): Promise<void> {
  const log = createEventLog(backed.link, { actor: 'system:test', logger: silent });
  for (let left = count; left > 0; left -= 500) {
    const messages = Array.from({ length: Math.min(500, left) }, () => ({
      subject: queuedSubject(queue, priority),
      events: [runQueued(undefined, queue, priority)],
    }));
    await log.append({ messages });
  }
  await log.stop();
}

/** A worker of so many slots that takes note of everything. */
async function worker(
  backed: Backed,
  capacity: number,
  levels: PullLevel[],
  work: (m: PulledMessage) => Promise<void>,
) {
  for (const { consumer } of levels) await ensureConsumer(backed.link, consumer);
  const seen: PulledMessage[] = [];
  let active = 0;
  let most = 0;
  const loop: PullLoop = createPullLoop(backed.link, {
    capacity: () => capacity,
    freeSlots: () => capacity - active,
    logger: silent,
    onMessage(message) {
      seen.push(message);
      active++;
      most = Math.max(most, active);
      void work(message).then(() => {
        active--;
        message.ack();
        loop.wake();
      });
    },
  });
  loop.setLevels(levels);
  await loop.start();
  return { loop, seen, most: () => most, active: () => active };
}

const soon = () => new Promise<void>((resolve) => setImmediate(resolve));

describe('the pull loop', () => {
  it('brings every message once and never more than there are slots', async () => {
    await using backed = await backedByNats();
    await enqueue(backed, 5_000);
    const { loop, seen, most } = await worker(backed, 7, [level(5)], soon);
    await until(() => seen.length === 5_000, 'all have come');
    expect(new Set(seen.map(({ seq }) => seq)).size).toBe(5_000);
    expect(most()).toBeLessThanOrEqual(7);
    expect(seen.every(({ deliveryCount }) => deliveryCount === 1)).toBe(true);
    await loop.stop();
    const { num_ack_pending, num_pending } = await backed.link.jsm.consumers.info(RUNS_STREAM, 'q_default_5');
    expect({ num_ack_pending, num_pending }).toEqual({ num_ack_pending: 0, num_pending: 0 });
  });

  it('hears of a message on any idle level at once', async () => {
    await using backed = await backedByNats();
    const levels = [1, 3, 5, 7, 9].map((priority) => level(priority));
    const { loop, seen } = await worker(backed, 50, levels, soon);
    await until(() => loop.asked() === 5, 'a standing pull waits on every level');
    for (const priority of [9, 1, 5, 3, 7, 1, 1]) {
      const before = seen.length;
      const started = performance.now();
      await enqueue(backed, 1, priority);
      await until(() => seen.length === before + 1, 'it has come');
      expect(performance.now() - started).toBeLessThan(500);
    }
    await loop.stop();
  });

  it('looks at many levels with few slots', async () => {
    await using backed = await backedByNats();
    const levels = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map((priority) => level(priority));
    const { loop, seen, most } = await worker(backed, 2, levels, soon);
    for (const priority of [1, 10, 4]) await enqueue(backed, 50, priority);
    await until(() => seen.length === 150, 'all have come');
    expect(most()).toBeLessThanOrEqual(2);
    await loop.stop();
  });

  it.each([
    ['without limits', false],
    ['of a limited queue', true],
  ])('with few slots is told of what comes to a level %s, and waits until it is stored', async (_, limited) => {
    await using backed = await backedByNats({ fsync: true });
    const allowance = { credits: () => 2, want: () => undefined, unused: () => undefined };
    const levels = [1, 2, 3, 4].map((priority) => ({ ...level(priority), ...(limited && { allowance }) }));
    const asked: { of: string; expires?: number }[] = [];
    backed.link.nc.subscribe('$JS.API.CONSUMER.MSG.NEXT.>', {
      callback: (_error, message) =>
        void asked.push({ of: message.subject.split('.').at(-1) ?? '', ...message.json<{ expires?: number }>() }),
    });
    const { loop, seen } = await worker(backed, 2, levels, soon);
    const heard = () => asked.filter(({ expires }) => expires !== undefined).length;
    for (let n = 1; n <= 5; n++) {
      const priority = (n % 4) + 1;
      // Each level has been found empty since the last message.
      asked.length = 0;
      await until(() => new Set(asked.map(({ of }) => of)).size === 4, 'all levels were looked at', 10_000);
      await enqueue(backed, 1, priority);
      await until(() => seen.length === n, 'it has come');
      expect(seen.at(-1)?.level.priority).toBe(priority);
      expect(heard()).toBeGreaterThan(0);
    }
    await loop.stop();
  });

  it('never asks for more than is free, however many levels are full', async () => {
    await using backed = await backedByNats();
    const levels = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map((priority) => level(priority));
    for (const { priority } of levels) await enqueue(backed, 100, priority);
    const slowly = () => new Promise<void>((resolve) => setTimeout(resolve, Math.random() * 8));
    const { loop, seen, most } = await worker(backed, 9, levels, slowly);
    await until(() => seen.length === 1_000, 'all have come');
    expect(most()).toBeLessThanOrEqual(9);
    await loop.stop();
  });

  it('serves high priorities first, and does not starve the lowest', async () => {
    await using backed = await backedByNats();
    await enqueue(backed, 1_000, 9);
    await enqueue(backed, 100, 1);
    const { loop, seen } = await worker(backed, 4, [level(9), level(1)], soon);
    await until(() => seen.length === 1_100, 'all have come');
    const order = seen.map((message) => message.level.priority);
    const low = order.slice(0, 1_000).filter((priority) => priority === 1).length;
    expect(low).toBeGreaterThan(5);
    expect(low).toBeLessThan(100);
    await loop.stop();
  });

  it('keeps to the room of a level', async () => {
    await using backed = await backedByNats();
    await enqueue(backed, 50);
    let most = 0;
    let taken = 0;
    const held = { ...level(5), room: () => most - taken };
    const { loop, seen } = await worker(backed, 10, [held], () => {
      taken++;
      return new Promise(() => undefined);
    });
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(seen).toHaveLength(0);
    most = 3;
    loop.wake();
    await until(() => seen.length >= 3, 'three have come');
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(seen).toHaveLength(3);
    await loop.stop();
  });

  it('gives a message back, and gets it again', async () => {
    await using backed = await backedByNats();
    await enqueue(backed, 1);
    await ensureConsumer(backed.link, level(5).consumer);
    const counts: number[] = [];
    const loop = createPullLoop(backed.link, {
      capacity: () => 1,
      freeSlots: () => 1,
      logger: silent,
      onMessage(message) {
        counts.push(message.deliveryCount);
        if (counts.length < 3) message.nak(counts.length === 1 ? undefined : 50);
        else message.ack();
      },
    });
    loop.setLevels([level(5)]);
    await loop.start();
    await until(() => counts.length === 3, 'it came three times');
    expect(counts).toEqual([1, 2, 3]);
    await loop.stop();
  });

  it('makes a consumer that is missing, and goes on over a killed server', { timeout: 90_000 }, async () => {
    await using backed = await backedByNats({ fsync: true });
    const { loop, seen } = await worker(backed, 20, [level(5)], soon);
    await enqueue(backed, 10);
    await until(() => seen.length === 10, 'ten have come');
    await backed.link.jsm.consumers.delete(RUNS_STREAM, 'q_default_5');
    const distinct = () => new Set(seen.map(({ seq }) => seq)).size;
    await enqueue(backed, 10);
    await until(() => distinct() === 20, 'ten more have come');
    await backed.backing.nats.kill9();
    await backed.backing.nats.whenReady();
    await until(() => backed.link.connected(), 'the link is back');
    const started = performance.now();
    await enqueue(backed, 10);
    await until(() => distinct() === 30, 'the last have come');
    expect(performance.now() - started).toBeLessThan(5_000);
    await loop.stop();
  });

  it('withdraws its standing pulls when it stops: what comes later is for others', async () => {
    await using backed = await backedByNats();
    const first = await worker(backed, 10, [level(5)], soon);
    await until(() => first.loop.asked() === 1, 'a standing pull waits');
    await first.loop.stop();
    await enqueue(backed, 5);
    const second = await worker(backed, 10, [level(5)], soon);
    await until(() => second.seen.length === 5, 'all have come');
    expect(first.seen).toHaveLength(0);
    await second.loop.stop();
  });
});
