import { queuedSubject, RUNS_STREAM } from '@jobflow/contracts';
import { createEventLog, createOrderedReader, type OrderedReaderOptions, type Recreated } from '@jobflow/platform';
import { describe, expect, it } from 'vitest';
import { type Backed, backedByNats, silent, until } from './backed.js';
import { runQueued } from './events.js';

async function fill(backed: Backed, count: number): Promise<void> {
  const log = createEventLog(backed.link, { actor: 'system:test', logger: silent });
  for (let left = count; left > 0; left -= 500) {
    const messages = Array.from({ length: Math.min(500, left) }, () => ({
      subject: queuedSubject('default', 5),
      events: [runQueued()],
    }));
    await log.append({ messages });
  }
  await log.stop();
}

function collect(backed: Backed, options: Partial<OrderedReaderOptions> = {}) {
  const seqs: number[] = [];
  const batches: number[] = [];
  const caughtUpAt: number[] = [];
  const recreated: Recreated[] = [];
  const reader = createOrderedReader(backed.link, {
    stream: RUNS_STREAM,
    fromSeq: 1,
    logger: silent,
    async onBatch(messages) {
      batches.push(messages.length);
      for (const { seq } of messages) seqs.push(seq);
    },
    onRecreated(event) {
      recreated.push(event);
      return undefined;
    },
    onCaughtUp: () => void caughtUpAt.push(seqs.length),
    ...options,
  });
  return { reader, seqs, batches, caughtUpAt, recreated };
}

const upTo = (n: number, from = 1) => Array.from({ length: n - from + 1 }, (_, i) => from + i);

describe('an ordered reader', () => {
  it('gives everything once, in order and in large batches, and then what comes', async () => {
    await using backed = await backedByNats();
    await fill(backed, 12_000);
    const { reader, seqs, batches, caughtUpAt } = collect(backed);
    await reader.start();
    await until(() => seqs.length === 12_000, 'all is read');
    expect(Math.max(...batches)).toBeLessThanOrEqual(1_000);
    expect(batches.length).toBeLessThan(1_000);
    await until(() => caughtUpAt.length > 0, 'it has caught up');
    expect(caughtUpAt[0]).toBe(12_000);
    await fill(backed, 10);
    await until(() => seqs.length === 12_010, 'what came later is read');
    expect(seqs).toEqual(upTo(12_010));
    await reader.stop();
    await reader.stop();
    await fill(backed, 1);
    expect(seqs).toHaveLength(12_010);
  });

  it('begins where it is told, and tells at once when there is nothing', async () => {
    await using backed = await backedByNats();
    await fill(backed, 20);
    const late = collect(backed, { fromSeq: 15 });
    const idle = collect(backed, { fromSeq: 21 });
    await Promise.all([late.reader.start(), idle.reader.start()]);
    await until(() => late.seqs.length === 6 && idle.caughtUpAt.length === 1, 'both are there');
    expect(late.seqs).toEqual(upTo(20, 15));
    expect(idle.seqs).toEqual([]);
    await Promise.all([late.reader.stop(), idle.reader.stop()]);
  });

  it('gives the next batch only after the last was dealt with, and again one that failed', async () => {
    await using backed = await backedByNats();
    await fill(backed, 5_000);
    let inside = 0;
    let failures = 1;
    const seen: number[] = [];
    const { reader } = collect(backed, {
      async onBatch(messages) {
        expect(++inside).toBe(1);
        await new Promise((resolve) => setTimeout(resolve, 5));
        inside--;
        if (seen.length > 1_000 && failures-- > 0) throw new Error('not this time');
        for (const { seq } of messages) seen.push(seq);
      },
    });
    await reader.start();
    await until(() => seen.length === 5_000, 'all is read');
    expect(seen).toEqual(upTo(5_000));
    await reader.stop();
  });

  it('tells of missing sequences before it gives what follows', async () => {
    await using backed = await backedByNats();
    await fill(backed, 30);
    await backed.link.jsm.streams.purge(RUNS_STREAM, { seq: 11 });
    const order: unknown[] = [];
    const { reader } = collect(backed, {
      fromSeq: 5,
      onGap: async (gap) => void order.push(gap),
      onBatch: async (messages) => void order.push(...messages.map(({ seq }) => seq)),
    });
    await reader.start();
    await until(() => order.includes(30), 'all is read');
    expect(order).toEqual([{ expected: 5, got: 11 }, ...upTo(30, 11)]);
    await reader.stop();
  });

  it('goes on after the server was killed: told first, without a gap or a repetition', async () => {
    await using backed = await backedByNats({ fsync: true });
    await fill(backed, 3_000);
    const { reader, seqs, recreated } = collect(backed);
    await reader.start();
    await until(() => seqs.length === 3_000, 'all is read');
    await backed.backing.nats.kill9();
    await backed.backing.nats.whenReady();
    await until(() => backed.link.connected(), 'the link is back');
    await fill(backed, 500);
    await until(() => seqs.length === 3_500, 'what came later is read');
    expect(seqs).toEqual(upTo(3_500));
    expect(recreated[0]).toMatchObject({ nextSeq: 3_001, stream: { firstSeq: 1 } });
    await reader.stop();
  });

  it('makes its consumer anew when somebody deletes it', async () => {
    await using backed = await backedByNats();
    await fill(backed, 100);
    const { reader, seqs, recreated } = collect(backed);
    await reader.start();
    await until(() => seqs.length === 100, 'all is read');
    for await (const { name } of backed.link.jsm.consumers.list(RUNS_STREAM)) {
      await backed.link.jsm.consumers.delete(RUNS_STREAM, name);
    }
    await fill(backed, 100);
    await until(() => seqs.length === 200, 'what came later is read');
    expect(seqs).toEqual(upTo(200));
    expect(recreated.length).toBeGreaterThan(0);
    await reader.stop();
  });
});
