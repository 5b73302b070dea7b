import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { live, WorkerBeat, type WorkerCommand, WorkerCommandReply, workerCommandSubject } from '@jobflow/contracts';
import { defineHandler } from '@jobflow/sdk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startExecutorProcess } from './executor-process.js';
import { type House, startHouse } from './house.js';

let house: House;
beforeAll(async () => {
  house = await startHouse();
});
afterAll(() => house?.[Symbol.asyncDispose]());

const tell = async (id: string, action: WorkerCommand['action']): Promise<WorkerCommandReply> => {
  const reply = await house.link.nc.request(workerCommandSubject(id), JSON.stringify({ action, by: 'test' }));
  return WorkerCommandReply.parse(reply.json());
};

/** The beats of everybody, and a promise of the first that satisfies. */
function beats() {
  const heard: WorkerBeat[] = [];
  const waiting = new Set<{ satisfies: (beat: WorkerBeat) => boolean; resolve: (beat: WorkerBeat) => void }>();
  const subscription = house.link.nc.subscribe(live.worker, {
    callback: (_error, message) => {
      const beat = WorkerBeat.parse(message.json());
      heard.push(beat);
      for (const one of waiting) if (one.satisfies(beat)) one.resolve(beat);
    },
  });
  return {
    next(satisfies: (beat: WorkerBeat) => boolean): Promise<WorkerBeat> {
      const known = heard.find(satisfies);
      if (known) return Promise.resolve(known);
      return new Promise((resolve) => waiting.add({ satisfies, resolve }));
    },
    [Symbol.dispose]: () => subscription.unsubscribe(),
  };
}

describe('a worker that is told', () => {
  it('to drain finishes what runs, takes nothing more, and stays', async () => {
    using told = beats();
    const gate = Promise.withResolvers<void>();
    const held = (who: string) =>
      defineHandler('held', { queue: 'drained' }, async ({ input }) => {
        if (input.wait) await gate.promise;
        return who;
      });
    const first = await house.worker({ handlers: [held('first')], queues: ['drained'] });
    const running = await house.enqueue({ job: 'held', queue: 'drained', input: { wait: true } });
    await house.fold.when(running, (state) => state.status === 'RUNNING');
    expect(await tell(first.id, 'DRAIN')).toEqual({ ok: true, status: 'DRAINING' });
    await told.next(({ id, status }) => id === first.id && status === 'DRAINING');
    await house.worker({ handlers: [held('second')], queues: ['drained'] });
    for (let n = 0; n < 20; n++) {
      const next = await house.enqueue({ job: 'held', queue: 'drained', input: {} });
      await house.fold.whenEnded(next);
      expect(house.fold.events(next).at(-1)?.event).toMatchObject({ type: 'RunSucceeded', result: 'second' });
    }
    gate.resolve();
    expect(await house.fold.whenEnded(running)).toMatchObject({ status: 'SUCCEEDED', delivery: 0 });
    expect(house.fold.events(running).at(-1)?.event).toMatchObject({ result: 'first' });
    expect(first.check()).toMatchObject({ ok: true });
    expect(await tell(first.id, 'DRAIN')).toMatchObject({ ok: true });
  });

  it('to restart or to shut down stops, says so, and leaves the rest to whoever runs it', async () => {
    for (const [action, why] of [
      ['RESTART', 'restart'],
      ['SHUTDOWN', 'shutdown'],
    ] as const) {
      using told = beats();
      const stopped = Promise.withResolvers<string>();
      const worker = await house.worker({ queues: ['nothing'], onStopped: stopped.resolve });
      expect(await tell(worker.id, action)).toEqual({ ok: true, status: 'STOPPING' });
      expect(await stopped.promise).toBe(why);
      await told.next(({ id, status }) => id === worker.id && status === 'OFFLINE');
    }
  });

  it('what it does not understand says so', async () => {
    const worker = await house.worker({ queues: ['nothing'] });
    const reply = await house.link.nc.request(workerCommandSubject(worker.id), '{"action":"DANCE"}');
    expect(reply.json()).toMatchObject({ ok: false });
  });
});

describe('an executor', () => {
  it.each([
    ['RESTART', 83],
    ['SHUTDOWN', 0],
  ] as const)('that is told to %s finishes what runs and ends with code %i', async (action, code) => {
    using told = beats();
    const gate = join(house.dir, `gate-${action}`);
    const queue = `of-${action.toLowerCase()}`;
    await using executor = startExecutorProcess({
      NATS_URL: house.backing.natsUrl,
      JOBFLOW_KINDS: 'SHELL',
      JOBFLOW_QUEUES: queue,
      JOBFLOW_DRAIN_MS: '20000',
    });
    const script = `while [ ! -e "${gate}" ]; do sleep 0.05; done`;
    const runId = await house.enqueue({ job: 's', kind: 'SHELL', queue, spec: { script } });
    const { workerId = '' } = await house.fold.when(runId, (state) => state.status === 'RUNNING');
    expect(await tell(workerId, action)).toEqual({ ok: true, status: 'STOPPING' });
    await told.next(({ id, status }) => id === workerId && status === 'STOPPING');
    await writeFile(gate, '');
    expect(await executor.ended).toBe(code);
    expect(await house.fold.whenEnded(runId)).toMatchObject({ status: 'SUCCEEDED', attempt: 1, delivery: 0 });
  });
});
