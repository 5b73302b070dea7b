import { WorkerCommand, type WorkerCommandReply, workerCommandSubject } from '@jobflow/contracts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type DomainHouse, openDomainHouse, refusal } from './domain-house.js';

let home: DomainHouse;
beforeAll(async () => {
  home = await openDomainHouse();
});
afterAll(() => home?.[Symbol.asyncDispose]());

/** A worker that obeys as it is told to, and keeps what it heard. */
async function obedient(id: string, reply: WorkerCommandReply) {
  const heard: WorkerCommand[] = [];
  const subscription = home.house.link.nc.subscribe(workerCommandSubject(id), {
    callback: (_error, message) => {
      heard.push(WorkerCommand.parse(message.json()));
      message.respond(JSON.stringify(reply));
    },
  });
  await home.house.link.nc.flush();
  return { heard, [Symbol.dispose]: () => subscription.unsubscribe() };
}

const tell = (what: string) => `mutation ($id: ID!) { ${what}(id: $id) { id status } }`;

it.each([
  ['drainWorker', 'DRAIN', 'DRAINING', 'worker.drained'],
  ['restartWorker', 'RESTART', 'STOPPING', 'worker.restarted'],
  ['shutdownWorker', 'SHUTDOWN', 'STOPPING', 'worker.shutDown'],
] as const)(
  '%s tells that worker, shows it as it is from now on, and is in the audit log',
  async (field, action, status, entry) => {
    const id = `w.${field} *`;
    await home.worker.isKnown({ id });
    using worker = await obedient(id, { ok: true, status });
    const answer = await home.api.must(tell(field), { id });
    expect(answer[field]).toEqual({ id, status });
    expect(worker.heard).toEqual([{ action, by: expect.any(String) }]);
    const { auditLog } = await home.api.must(
      'query ($f: AuditFilter) { auditLog(filter: $f) { nodes { action actor } } }',
      {
        f: { target: id },
      },
    );
    expect(auditLog.nodes).toEqual([{ action: entry, actor: worker.heard[0]?.by }]);
  },
);

it('a worker that is not there, has gone, does not answer or refuses is told of in words', async () => {
  expect(await refusal(home.api, tell('drainWorker'), { id: 'nobody' })).toMatchObject({ code: 'NOT_FOUND' });
  await home.worker.isKnown({ id: 'gone', status: 'OFFLINE' });
  expect(await refusal(home.api, tell('drainWorker'), { id: 'gone' })).toMatchObject({
    code: 'CONFLICT',
    currentStatus: 'OFFLINE',
  });
  await home.worker.isKnown({ id: 'deaf' });
  expect(await refusal(home.api, tell('restartWorker'), { id: 'deaf' })).toMatchObject({ code: 'TIMEOUT' });
  await home.worker.isKnown({ id: 'stubborn' });
  using _ = await obedient('stubborn', { ok: false, reason: 'it does not want to' });
  expect(await refusal(home.api, tell('drainWorker'), { id: 'stubborn' })).toMatchObject({
    code: 'CONFLICT',
    message: expect.stringContaining('does not want to'),
  });
});
