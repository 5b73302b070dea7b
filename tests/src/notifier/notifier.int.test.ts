import { effectSubject, RunWebhook } from '@jobflow/contracts';
import { newId } from '@jobflow/platform';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../platform/backed.js';
import { callbackSecret, type Notified, type NotifierProcess, notified } from './notified.js';
import { type Receiver, receiver } from './receiver.js';

let house: Notified;
let hooks: Receiver;
let notifier: NotifierProcess;
beforeAll(async () => {
  hooks = await receiver((path, earlier, response) => {
    if (path === '/gone') response.writeHead(410).end();
    else if (path === '/hangs') return;
    else if (path.startsWith('/second') && earlier === 0) response.writeHead(503).end('later');
    else if (path === '/patient' && earlier === 0) response.writeHead(429, { 'retry-after': '30' }).end();
    else response.end('ok');
  });
  house = await notified();
  notifier = await house.notify();
});
afterAll(async () => {
  await hooks?.[Symbol.asyncDispose]();
  await house?.[Symbol.asyncDispose]();
});

const settled = async (runId: string, status = 'SUCCEEDED') => {
  await until(async () => (await house.deliveries(runId)).some((row) => row.status === status), `${runId} ${status}`);
  return house.deliveries(runId);
};

/** The effect of this run's end, once more, and an end that is told after it. */
async function tellAgain(runId: string, tag: string): Promise<void> {
  const rows = await house.db.query<{ at: Date }>('select finished_at as at from read.runs where id = $1', [runId]);
  const at = rows[0]?.at.getTime();
  const again = { runId, job: 'noop', queue: 'default', tags: [tag], status: 'SUCCEEDED', at };
  const payload = JSON.stringify({ v: 1, id: newId(), runs: [again] });
  await house.base.log.append({ messages: [{ subject: effectSubject('notify-run'), payload }] });
}

describe('the end of a run', () => {
  it('reaches the channels whose rules it meets, signed so that anybody can verify it, and is recorded', async () => {
    const secret = await house.channel(
      'all',
      hooks.url('/all'),
      { tags: ['told'] },
      { 'X-Token': 'hush', Host: 'evil' },
    );
    await house.channel('failures', hooks.url('/failures'), { tags: ['told'], statuses: ['FAILED'] });
    const runId = await house.end({ tags: ['told'] });
    const [row, ...others] = await settled(runId);
    expect(others).toEqual([]);
    const [received] = hooks.at('/all');
    if (!received || !row) throw new Error('nothing was received');
    const body = RunWebhook.parse(new Webhook(secret).verify(received.body, received.headers));
    expect(body).toMatchObject({
      type: 'run.succeeded',
      data: { runId, job: 'noop', status: 'SUCCEEDED', result: 42 },
    });
    expect(received.headers).toMatchObject({ 'webhook-id': `msg_${row.id}`, 'x-token': 'hush' });
    expect(received.headers.host).toMatch(/^127\.0\.0\.1/);
    expect(row).toMatchObject({ channel_id: 'all', attempts: [{ number: 1, status: 200 }], next_attempt_at: null });
    expect(row.attempts[0]?.requestHeaders).toMatchObject({ 'x-token': '[redacted]' });
    expect(JSON.stringify(row)).not.toContain('hush');
    expect(notifier.output()).not.toContain('hush');
  });

  it('told twice is delivered once', async () => {
    await house.channel('once', hooks.url('/once'), { tags: ['once'] });
    const runId = await house.end({ tags: ['once'] });
    await settled(runId);
    await tellAgain(runId, 'once');
    const later = await house.end({ tags: ['once'] });
    await settled(later);
    expect(hooks.at('/once')).toHaveLength(2);
    expect(await house.deliveries(runId)).toHaveLength(1);
  });

  it('of a test run is told to its callback alone, and a large payload is thin', async () => {
    await house.channel('not-tests', hooks.url('/not-tests'), { tags: ['test'] });
    const callbackUrl = hooks.url('/callback?token=abc');
    const runId = await house.end({ tags: ['test'], test: true, callbackUrl, result: 'x'.repeat(30_000) });
    const [row, ...others] = await settled(runId);
    expect(others).toEqual([]);
    expect(row?.target).not.toContain('token');
    const [received] = hooks.at('/callback?token=abc');
    const body = new Webhook(callbackSecret).verify(received?.body ?? '', received?.headers ?? {}) as RunWebhook;
    expect(body.data).toMatchObject({ runId, thin: true, url: expect.stringContaining(runId) });
    expect(body.data.result).toBeUndefined();
    expect(hooks.at('/not-tests')).toEqual([]);
  });

  it('is kept back while a rule is muted, and that is recorded', async () => {
    await house.channel('muted', hooks.url('/muted'), { tags: ['muted'], mutedUntil: Date.now() + 3_600_000 });
    const [row] = await settled(await house.end({ tags: ['muted'] }), 'SUPPRESSED');
    expect(row).toMatchObject({ reason: expect.stringContaining('muted until'), attempts: [] });
    expect(hooks.at('/muted')).toEqual([]);
  });
});

describe('an endpoint', () => {
  it('that refuses is tried again with the same id and body, a new timestamp and signature', async () => {
    const secret = await house.channel('second', hooks.url('/second'), { tags: ['second'] });
    const runId = await house.end({ tags: ['second'] });
    const [row] = await settled(runId);
    const [first, second] = hooks.at('/second');
    if (!first || !second) throw new Error('it was not tried twice');
    expect(second.at - first.at).toBeGreaterThan(3_900);
    expect(second.at - first.at).toBeLessThan(8_000);
    expect(second.body).toBe(first.body);
    expect(second.headers['webhook-id']).toBe(first.headers['webhook-id']);
    expect(second.headers['webhook-timestamp']).not.toBe(first.headers['webhook-timestamp']);
    for (const one of [first, second]) new Webhook(secret).verify(one.body, one.headers);
    expect(row?.attempts.map(({ number, status }) => [number, status])).toEqual([
      [1, 503],
      [2, 200],
    ]);
  });

  it('that asks for patience is given it', async () => {
    await house.channel('patient', hooks.url('/patient'), { tags: ['patient'] });
    const before = Date.now();
    const [row] = await settled(await house.end({ tags: ['patient'] }), 'RETRYING');
    expect((row?.next_attempt_at?.getTime() ?? 0) - before).toBeGreaterThan(29_000);
  });

  it('that is gone for good has its channel disabled', async () => {
    await house.channel('gone', hooks.url('/gone'), { tags: ['gone'] });
    const [row] = await settled(await house.end({ tags: ['gone'] }), 'FAILED');
    expect(row).toMatchObject({ reason: expect.stringContaining('410'), attempts: [{ number: 1, status: 410 }] });
    await until(() => house.store.channels.get('gone')?.state.enabled === false, 'the channel is disabled');
    await house.end({ tags: ['gone'] });
    await settled(await house.end({ tags: ['told'] }));
    expect(hooks.at('/gone')).toHaveLength(1);
  });

  it('that hangs keeps nobody else waiting, and has four connections at most', async () => {
    await house.channel('hangs', hooks.url('/hangs'), { tags: ['slow'] });
    await house.channel('quick', hooks.url('/quick'), { tags: ['quick'] });
    await Promise.all(Array.from({ length: 20 }, () => house.end({ tags: ['slow'] })));
    await until(() => hooks.at('/hangs').length > 0, 'it hangs');
    const started = Date.now();
    await settled(await house.end({ tags: ['quick'] }));
    expect(Date.now() - started).toBeLessThan(3_000);
    expect(hooks.at('/hangs').length).toBeLessThanOrEqual(4);
  });
});

describe('notifiers', () => {
  it('that are killed forget nothing: another makes the next attempt', { timeout: 60_000 }, async () => {
    await house.channel('second-life', hooks.url('/second-life'), { tags: ['life'] });
    const runId = await house.end({ tags: ['life'] });
    await settled(runId, 'RETRYING');
    await notifier.kill9();
    notifier = await house.notify();
    const [row] = await settled(runId);
    expect(row?.attempts.map(({ number }) => number)).toEqual([1, 2]);
    expect(new Set(hooks.at('/second-life').map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    await notifier.kill9();
    notifier = await house.notify();
    await tellAgain(runId, 'life');
    await settled(await house.end({ tags: ['life'] }));
    expect(hooks.at('/second-life')).toHaveLength(3);
  });

  it('share the work: two of them deliver each end once', { timeout: 60_000 }, async () => {
    const other = await house.notify();
    for (let n = 0; n < 8; n++) await house.channel(`shared-${n}`, hooks.url(`/shared-${n}`), { tags: ['shared'] });
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    const runs = await Promise.all(Array.from({ length: 10 }, () => house.end({ tags: ['shared'] })));
    for (const run of runs) {
      await until(
        async () => (await house.deliveries(run)).filter(({ status }) => status === 'SUCCEEDED').length === 8,
        'all channels heard of it',
      );
    }
    for (let n = 0; n < 8; n++) expect(hooks.at(`/shared-${n}`)).toHaveLength(10);
    expect(await other.stop()).toBe(0);
  });
});
