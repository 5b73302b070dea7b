import {
  branchToken,
  defaultRetryPolicy,
  type JobState,
  MOST_BRANCHES,
  queueConsumer,
  queuedSubject,
  RUNS_STREAM,
} from '@jobflow/contracts';
import {
  createEventLog,
  createStateStore,
  type EventLog,
  ensureQueueLevel,
  newQueue,
  type StateStore,
  saveState,
  subjectOf,
} from '@jobflow/platform';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Backed, backedByNats, silent, until } from './backed.js';

let backed: Backed;
let log: EventLog;
let store: StateStore;
beforeAll(async () => {
  backed = await backedByNats();
  log = createEventLog(backed.link, { actor: 'system:test', logger: silent });
  store = createStateStore(backed.link, { kinds: ['queue', 'job'], logger: silent });
  await store.start();
});
afterAll(async () => {
  await store?.stop();
  await log?.stop();
  await backed?.[Symbol.asyncDispose]();
});

const queue = (name: string, revision = 1) => ({ ...newQueue(name, 1), levels: [5], revision });
const job = (name: string, revision: number): JobState => ({
  ...{ name, title: name, kind: 'HANDLER', queue: 'default', priority: 5, limits: {}, tags: [], enabled: true },
  ...{ retry: defaultRetryPolicy, timeout: {}, guarantee: 'AT_LEAST_ONCE', logLevel: 'INFO' },
  ...{ revision, createdAt: 1, updatedAt: 1 },
});
const save = (name: string, revision = 1, options = {}) =>
  saveState(log, store, { type: 'QueueSaved', queue: queue(name, revision) }, options);

describe('the state store', () => {
  it('reads its own writes', async () => {
    const saved = await save('own');
    expect(saved.ok && store.queues.get('own')?.seq).toBe(saved.ok && saved.seq);
  });

  it('lets one of two concurrent changes win', async () => {
    await save('raced');
    const answers = await Promise.all([save('raced', 2), save('raced', 2)]);
    expect(answers.filter(({ ok }) => ok)).toHaveLength(1);
    expect(answers.find(({ ok }) => !ok)).toMatchObject({ reason: 'conflict' });
  });

  it('refuses to create what is there, and creates again what was deleted', async () => {
    await save('again');
    expect(await save('again', 1, { expectSeq: 0 })).toEqual({ ok: false, reason: 'conflict' });
    const deleted = await saveState(log, store, { type: 'QueueDeleted', name: 'again' });
    expect(deleted.ok && store.queues.has('again')).toBe(false);
    expect(store.seqOf('queue', 'again')).toBe(deleted.ok && deleted.seq);
    expect(await save('again')).toMatchObject({ ok: true });
  });

  it('knows the last revision of jobs that are gone, also from deletions that do not tell it', async () => {
    for (const revision of [1, 2]) await saveState(log, store, { type: 'JobSaved', job: job('told', revision) });
    expect(store.lastRevisionOf('told')).toBe(2);
    await saveState(log, store, { type: 'JobDeleted', name: 'told', revision: 2 });
    for (const revision of [1, 2, 3]) await saveState(log, store, { type: 'JobSaved', job: job('silent', revision) });
    await saveState(log, store, { type: 'JobDeleted', name: 'silent' });
    const late = createStateStore(backed.link, { kinds: ['job'], logger: silent });
    await late.start();
    for (const { lastRevisionOf } of [store, late]) {
      expect(lastRevisionOf('told')).toBe(2);
      expect(lastRevisionOf('silent')).toBeGreaterThanOrEqual(3);
      expect(lastRevisionOf('never')).toBe(0);
    }
    await late.stop();
    await saveState(log, store, { type: 'JobSaved', job: job('told', 3) });
    expect(store.lastRevisionOf('told')).toBe(3);
  });

  it('loads the newest of each when it starts, and tells of each change', async () => {
    for (let revision = 1; revision <= 5; revision++) await save('loaded', revision);
    const late = createStateStore(backed.link, { kinds: ['queue'], logger: silent });
    await late.start();
    expect(late.queues.get('loaded')?.state.revision).toBe(5);
    expect([...late.queues.keys()].sort()).toEqual([...store.queues.keys()].sort());
    const told: unknown[] = [];
    late.onChange((kind, id, state) => told.push([kind, id, state !== undefined]));
    const saved = await save('loaded', 6);
    expect(await late.waitFor(saved.ok ? saved.seq : 0, 5_000)).toBe(true);
    await saveState(log, store, { type: 'QueueDeleted', name: 'loaded' });
    await until(() => told.length === 2, 'it was told');
    expect(told).toEqual([
      ['queue', 'loaded', true],
      ['queue', 'loaded', false],
    ]);
    expect(await late.waitFor(1_000_000, 20)).toBe(false);
    await late.stop();
  });

  it('follows the log over a killed server', async () => {
    await backed.backing.nats.kill9();
    await backed.backing.nats.whenReady();
    await until(() => backed.link.connected(), 'the link is back');
    expect(await save('after-kill')).toMatchObject({ ok: true });
    await until(() => store.queues.has('after-kill'), 'it is seen');
  });

  it('forgets what a log that was replaced no longer has', async () => {
    await save('gone');
    const subject = 'jf.state.>';
    await backed.link.jsm.streams.purge('JF_STATE', { filter: subject });
    await backed.link.nc.reconnect();
    await until(() => !store.queues.has('gone'), 'it is forgotten');
    expect(await save('gone')).toMatchObject({ ok: true });
  });
});

describe('a queue level', () => {
  it('has its consumer before the definition tells of it; ten at once make it once', async () => {
    const consumers: boolean[] = [];
    const off = store.onChange(async (_, id) => {
      if (id !== 'levels') return;
      const { name } = queueConsumer('levels', 7);
      consumers.push(
        await backed.link.jsm.consumers.info(RUNS_STREAM, name).then(
          () => true,
          () => false,
        ),
      );
    });
    const ensure = (priority: number) =>
      ensureQueueLevel(backed.link, store, log, { queue: 'levels', priority }, { createQueue: true });
    const answers = await Promise.all([7, 7, 7, 3, 3, 9, 7, 1, 2, 7].map(ensure));
    expect(answers.every(({ ok }) => ok)).toBe(true);
    expect(store.queues.get('levels')?.state.levels).toEqual([1, 2, 3, 7, 9]);
    // The first alone, the others together.
    await until(() => consumers.length === 2, 'all changes were told');
    expect(consumers).toEqual([true, true]);
    expect(ensure(7)).toEqual({ ok: true });
    off();
  });

  it('in a branch is made beside the plain one, for whoever does not know of the branch yet', async () => {
    const run = { kind: 'HANDLER' as const, job: 'send.mail' };
    const ensure = (priority: number, createBranch = false) =>
      ensureQueueLevel(
        backed.link,
        store,
        log,
        { queue: 'branched', priority, run },
        { createQueue: true, createBranch },
      );
    const branched = () => store.queues.get('branched')?.state;
    const subject = (priority: number, job = run.job) =>
      subjectOf(store, { queue: 'branched', priority, kind: 'HANDLER', job });
    await ensure(5);
    expect(branched()).toMatchObject({ levels: [5] });
    expect(subject(5)).toBe(queuedSubject('branched', 5));
    expect(await Promise.all([1, 2, 3].map(() => ensure(5, true)))).toEqual([{ ok: true }, { ok: true }, { ok: true }]);
    expect(branched()).toMatchObject({ levels: [5], branches: [{ ...run, levels: [5] }] });
    expect(subject(5)).toBe(queuedSubject('branched', 5, branchToken(run)));
    expect(subject(5, 'other')).toBe(queuedSubject('branched', 5));
    // Nothing is sent where nobody reads yet.
    expect(subject(9)).toBe(queuedSubject('branched', 9));
    await ensure(9);
    expect(branched()).toMatchObject({ levels: [5, 9], branches: [{ ...run, levels: [5, 9] }] });
    const { name, filterSubject } = queueConsumer('branched', 9, branchToken(run));
    const info = await backed.link.jsm.consumers.info(RUNS_STREAM, name);
    expect(info.config.filter_subject).toBe(filterSubject);
    expect(subject(9)).toBe(filterSubject);
  });

  it('has no branch more than a queue may have, and all that are wanted at once are made at once', async () => {
    const ensure = (job: string) => {
      const place = { queue: 'many', priority: 5, run: { kind: 'HANDLER' as const, job } };
      return ensureQueueLevel(backed.link, store, log, place, { createQueue: true, createBranch: true });
    };
    const jobs = Array.from({ length: MOST_BRANCHES + 3 }, (_, n) => `job-${n}`);
    const answers = await Promise.all(jobs.map(ensure));
    expect(answers.every(({ ok }) => ok)).toBe(true);
    const many = store.queues.get('many')?.state;
    expect(many?.branches).toHaveLength(MOST_BRANCHES);
    // The first alone, the others together.
    expect(many?.revision).toBe(2);
    expect(subjectOf(store, { queue: 'many', priority: 5, kind: 'HANDLER', job: `job-${MOST_BRANCHES}` })).toBe(
      queuedSubject('many', 5),
    );
  });

  it('of a queue nobody made is refused, unless it may be made', async () => {
    expect(await ensureQueueLevel(backed.link, store, log, { queue: 'nobody', priority: 5 })).toEqual({
      ok: false,
      reason: 'no-such-queue',
    });
  });
});
