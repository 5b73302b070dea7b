import { outcomeSubject, queuedSubject, RUNS_STREAM } from '@jobflow/contracts';
import { createEventLog, LogUnavailableError, newId } from '@jobflow/platform';
import { expect, it } from 'vitest';
import { type Backed, backedByNats, silent, until } from './backed.js';
import { runQueued, runSucceeded } from './events.js';

const enqueue = (id = newId()) => ({
  messages: [{ subject: queuedSubject('default', 5), events: [runQueued(id)] }],
  msgId: `${id}:0`,
});
const state = async (backed: Backed) => (await backed.link.jsm.streams.info(RUNS_STREAM)).state;

it('a server that is away: appends fail once it has been silent for too long, facts wait for it, and repeating is harmless', async () => {
  await using backed = await backedByNats({ fsync: true });
  const log = createEventLog(backed.link, { actor: 'system:test', logger: silent, silenceMs: 500 });
  const unit = enqueue();
  await log.append(unit);
  await backed.backing.nats.stop();
  const started = performance.now();
  const refused = await Promise.allSettled([log.append(unit), log.append(enqueue()), log.append(enqueue())]);
  expect(performance.now() - started).toBeLessThan(2_000);
  for (const result of refused) expect(result).toMatchObject({ reason: expect.any(LogUnavailableError) });
  const fact = log.record(outcomeSubject('default'), [runSucceeded()]);
  await backed.backing.nats.start();
  expect((await fact).seq).toBeGreaterThan(1);
  expect(await log.append(unit)).toMatchObject({ ok: true, seq: 1, duplicate: true });
  await log.stop();
});

it('a full stream: new runs are refused as such, the small still fit, and facts are stored once there is room', async () => {
  await using backed = await backedByNats();
  const log = createEventLog(backed.link, { actor: 'system:test', logger: silent });
  await log.append(enqueue());
  const { config } = await backed.link.jsm.streams.info(RUNS_STREAM);
  const { bytes } = await state(backed);
  await backed.link.jsm.streams.update(RUNS_STREAM, { ...config, max_bytes: bytes + 3_000 });
  const large = { messages: Array.from({ length: 20 }, () => enqueue().messages[0] as never) };
  const answers = await Promise.all([
    log.append(enqueue()),
    log.append(large),
    log.append(large),
    log.append(enqueue()),
  ]);
  expect(answers.map((answer) => (answer.ok ? 'stored' : answer.reason))).toEqual(['stored', 'full', 'full', 'stored']);
  let stored = false;
  const fact = log.record(outcomeSubject('default'), [runSucceeded(newId(), 'x'.repeat(10_000))]).then(() => {
    stored = true;
  });
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(stored).toBe(false);
  await backed.link.jsm.streams.update(RUNS_STREAM, { ...config, max_bytes: bytes + 100_000 });
  await fact;
  await log.stop();
});

it('a log that is stopped while the server is away lets nobody wait for ever', { timeout: 30_000 }, async () => {
  await using backed = await backedByNats();
  const log = createEventLog(backed.link, { actor: 'system:test', logger: silent });
  await log.append(enqueue());
  await backed.backing.nats.stop();
  const fact = log.record(outcomeSubject('default'), [runSucceeded()]);
  const append = log.append(enqueue());
  const settled = Promise.allSettled([fact, append]);
  await log.stop();
  for (const result of await settled) expect(result).toMatchObject({ reason: expect.any(LogUnavailableError) });
  await until(() => log.depth() === 0, 'nothing waits');
});

it('too many open batches: an append tries again until there is room for its own', async () => {
  await using backed = await backedByNats();
  const log = createEventLog(backed.link, { actor: 'system:test', logger: silent, silenceMs: 20_000 });
  for (let n = 0; n < 50; n++) await backed.link.js.startBatch(queuedSubject('default', 5), '{}');
  const messages = [1, 2, 3].map(() => enqueue().messages[0] as never);
  expect(await log.append({ messages })).toMatchObject({ ok: true });
  await log.stop();
}, 30_000);
