import type { EventLog, NatsLink } from '@jobflow/platform';
import { expect, it } from 'vitest';
import { createClaims } from './claims.js';

type Unit = Parameters<EventLog['append']>[0];

/** The claims of one run, as the stream keeps them. */
function makeChain() {
  const chain: Unit['messages'][number][] = [];
  const link = {
    jsm: {
      streams: {
        getMessage: async () => {
          const last = chain.at(-1);
          if (!last) return null;
          const commit = { v: 1, id: 'c', at: 0, by: { actor: 'a' }, events: last.events };
          return { seq: chain.length, data: Buffer.from(JSON.stringify(commit)) };
        },
      },
    },
  } as unknown as NatsLink;
  const append = async ({ messages }: Unit) => {
    const [message] = messages;
    const expected = message?.expectLastSubjectSeq ?? chain.length;
    if (!message || expected !== chain.length) return { ok: false, reason: 'conflict' } as const;
    chain.push(message);
    return { ok: true, seq: chain.length, duplicate: false } as const;
  };
  return (workerId: string) => createClaims(link, { append } as unknown as EventLog, workerId);
}

const request = { runId: '0193581c-7b5e-7000-8000-000000000000', queue: 'default', attempt: 1, delivery: 0 };

it('of those who found a run free, only the first has it', async () => {
  const by = makeChain();
  expect(await by('a').claim({ ...request, after: 0 })).toEqual({ ok: true, n: 1 });
  expect(await by('b').claim({ ...request, after: 0 })).toMatchObject({ ok: false, by: { workerId: 'a', n: 1 } });
  // Its worker is gone, and who looks again knows that.
  expect(await by('b').claim({ ...request, after: 1 })).toEqual({ ok: true, n: 2 });
});

it('who came back takes up only what nobody has taken from it meanwhile', async () => {
  const by = makeChain();
  expect(await by('a').claim({ ...request, reclaim: true })).toEqual({ ok: true, n: 1 });
  expect(await by('a').claim({ ...request, reclaim: true })).toEqual({ ok: true, n: 2 });
  expect(await by('b').claim({ ...request, after: 2 })).toEqual({ ok: true, n: 3 });
  expect(await by('a').claim({ ...request, reclaim: true })).toMatchObject({ ok: false, by: { workerId: 'b', n: 3 } });
});

it('of those who claim at the same moment one wins, and the others hear who', async () => {
  const by = makeChain();
  const workers = ['a', 'b', 'c'];
  const results = await Promise.all(workers.map((worker) => by(worker).claim({ ...request, after: 0 })));
  const winner = workers[results.findIndex(({ ok }) => ok)];
  expect(results.filter(({ ok }) => ok)).toHaveLength(1);
  expect(results.filter(({ ok }) => !ok)).toMatchObject([{ by: { workerId: winner } }, { by: { workerId: winner } }]);
});

it("claims of an earlier queueing are in nobody's way, nor is one whose answer was lost", async () => {
  const by = makeChain();
  await by('a').claim({ ...request, after: 0 });
  expect(await by('b').claim({ ...request, delivery: 1, after: 0 })).toEqual({ ok: true, n: 2 });
  expect(await by('b').claim({ ...request, delivery: 1, after: 0 })).toEqual({ ok: true, n: 3 });
});
