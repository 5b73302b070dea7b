import { expect, it } from 'vitest';
import { endOrKill } from './end-or-kill.js';

async function ending(end: () => Promise<void>, write?: () => never) {
  const did: string[] = [];
  await endOrKill(end, {
    workerId: 'w-1',
    now: () => 7,
    write: write ?? ((line) => void did.push(line)),
    kill: () => void did.push('killed'),
  });
  return did;
}

it('a blocked worker that cannot be ended in order is killed all the same, and says why', async () => {
  const [line = '', ...rest] = await ending(() =>
    Promise.reject(new Error('Cannot find module end-blocked-worker.js')),
  );
  expect(JSON.parse(line)).toMatchObject({
    level: 60,
    worker: 'w-1',
    time: 7,
    trouble: expect.stringMatching(/module/),
  });
  expect(rest).toEqual(['killed']);
});

it('it is killed even if nobody can be told', async () => {
  const closed = () => {
    throw new Error('EPIPE');
  };
  expect(await ending(() => Promise.reject(new Error('no')), closed)).toEqual(['killed']);
});

it('a worker that was ended in order is not killed besides', async () => {
  expect(await ending(async () => undefined)).toEqual([]);
});
