import { createSecretBox } from '@jobflow/platform';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../platform/backed.js';
import type { ApiClient } from '../system/api-client.js';
import { createJob, type DomainHouse, openDomainHouse, refusal } from './domain-house.js';

const key = Buffer.alloc(32, 7);
let home: DomainHouse;
let api: ApiClient;
beforeAll(async () => {
  home = await openDomainHouse({ JOBFLOW_ENCRYPTION_KEY: key.toString('base64') });
  api = home.api;
  await createJob(api, { name: 'call' });
});
afterAll(() => home?.[Symbol.asyncDispose]());

describe('channels', () => {
  const CREATE_CHANNEL =
    'mutation ($input: ChannelInput!) { createChannel(input: $input) { secret channel { id name kind target headers enabled rules { jobs statuses mode } signatures ordered revision lastDeliveryAt lastError successRate } } }';
  const input = {
    name: 'ops',
    kind: 'WEBHOOK',
    url: 'http://127.0.0.1:9/hook/secret-token?key=abc',
    headers: { 'x-api-key': 'topsecret' },
    rules: [{ jobs: ['call'], statuses: ['FAILED'] }],
  };

  it('keep their secret and headers sealed, and show them once', async () => {
    const { createChannel } = await api.must(CREATE_CHANNEL, { input });
    const { channel, secret } = createChannel;
    expect(Buffer.from(secret.replace('whsec_', ''), 'base64')).toHaveLength(32);
    expect(channel).toMatchObject({
      target: 'http://127.0.0.1:9/…',
      headers: { 'x-api-key': '[redacted]' },
      enabled: true,
      rules: [{ jobs: ['call'], statuses: ['FAILED'], mode: 'EVERY' }],
      signatures: ['V1'],
      ordered: false,
    });
    const name = `channel:${channel.id}`;
    const open = async () => {
      const [row] = await home.house.db.query<{ sealed: string }>(
        'select sealed from gateway.secrets where name = $1',
        [name],
      );
      expect(row?.sealed).not.toContain('topsecret');
      const place = { table: 'gateway.secrets', row: name, column: 'sealed' };
      return JSON.parse(createSecretBox({ current: key }).open(row?.sealed ?? '', place));
    };
    expect(await open()).toEqual({ secret, headers: { 'x-api-key': 'topsecret' } });
    const update =
      'mutation ($id: ID!, $input: ChannelUpdateInput!, $revision: Int) { updateChannel(id: $id, input: $input, expectedRevision: $revision) { headers enabled name revision } }';
    expect(
      (await api.must(update, { id: channel.id, input: { headers: { 'x-b': 'b' }, enabled: false } })).updateChannel,
    ).toMatchObject({ headers: { 'x-b': '[redacted]' }, enabled: false, name: 'ops' });
    expect(await open()).toEqual({ secret, headers: { 'x-b': 'b' } });
    expect(
      await refusal(api, update, { id: channel.id, input: { headers: { 'x-c': 'c' } }, revision: 1 }),
    ).toMatchObject({ code: 'CONFLICT' });
    expect(await open()).toEqual({ secret, headers: { 'x-b': 'b' } });
    expect((await api.must('mutation ($id: ID!) { deleteChannel(id: $id) }', { id: channel.id })).deleteChannel).toBe(
      true,
    );
    expect(await home.house.db.query('select 1 from gateway.secrets where name = $1', [name])).toEqual([]);
    expect(await refusal(api, 'query ($id: ID!) { channel(id: $id) { id } }', { id: channel.id })).toMatchObject({
      code: 'NOT_FOUND',
    });
  });

  it('are found by the jobs their rules match', async () => {
    const { createChannel } = await api.must(CREATE_CHANNEL, {
      input: { ...input, name: 'all', rules: [{ tags: ['urgent'] }] },
    });
    await createJob(api, { name: 'urgent', tags: ['urgent'] });
    expect((await api.must('{ channels(job: "urgent") { id } }')).channels).toEqual([{ id: createChannel.channel.id }]);
    expect((await api.must('{ channels(job: "call") { id } }')).channels).toEqual([]);
    expect((await api.must('{ job(name: "urgent") { channels { name } } }')).job.channels).toEqual([{ name: 'all' }]);
  });

  it.each([
    ['a private address', { url: 'http://10.0.0.1/x' }, 'url'],
    ['user info in the URL', { url: 'https://me:pw@example.com/' }, 'url'],
    ['no URL', { url: null }, 'url'],
    ['plain http to the world', { url: 'http://example.com/' }, 'url'],
    ['a short secret', { secret: 'whsec_c2hvcnQ=' }, 'secret'],
    ['no base64', { secret: 'not base64 at all!' }, 'secret'],
    ["headers that are Jobflow's", { headers: { Host: 'x' } }, 'headers.Host'],
    ['a header with a line break', { headers: { 'x-a': 'b\r\nc: d' } }, 'headers.x-a'],
    ['a kind that is not there yet', { kind: 'SLACK' }, 'kind'],
    ['a mode that is not there yet', { rules: [{ mode: 'DIGEST' }] }, 'rules.0.mode'],
    ['no name', { name: '' }, 'name'],
  ])('are refused with %s', async (_what, wrong, field) => {
    const { code, fields } = await refusal(api, CREATE_CHANNEL, { input: { ...input, ...wrong } });
    expect(code).toBe('BAD_USER_INPUT');
    expect(Object.keys(fields ?? {})).toEqual([field]);
  });

  it("take a secret of one's own", async () => {
    const own = Buffer.alloc(24, 1).toString('base64');
    const { createChannel } = await api.must(CREATE_CHANNEL, { input: { ...input, secret: own } });
    expect(createChannel.secret).toBe(`whsec_${own}`);
  });

  it('can be tested, and the delivery is there to be read and followed', async () => {
    const { createChannel } = await api.must(CREATE_CHANNEL, { input });
    const { id } = createChannel.channel;
    const frames = api.subscribe(
      'subscription ($filter: DeliveryFilter) { deliveryUpdates(filter: $filter) { id event status } }',
      { filter: { channelId: id } },
    );
    const first = frames.next();
    const test = async () =>
      (
        await api.must(
          'mutation ($id: ID!) { testChannel(id: $id) { id channelId event status target attempts { number } createdAt } }',
          { id },
        )
      ).testChannel;
    const delivery = await test();
    expect(delivery).toMatchObject({
      channelId: id,
      event: 'test',
      status: 'PENDING',
      target: 'http://127.0.0.1:9/…',
      attempts: [],
    });
    expect((await api.must('query ($id: ID!) { delivery(id: $id) { id } }', { id: delivery.id })).delivery).toEqual({
      id: delivery.id,
    });
    const { deliveries } = await api.must(
      'query ($id: ID!) { deliveries(filter: { channelId: $id }) { nodes { id } pageInfo { hasNextPage } } }',
      { id },
    );
    expect(deliveries).toEqual({ nodes: [{ id: delivery.id }], pageInfo: { hasNextPage: false } });
    let told = false;
    void first.then(() => (told = true));
    // Nothing is told of the time before somebody listens.
    await until(async () => {
      if (!told) await test();
      return told;
    }, 'a frame comes');
    expect((await first).value?.deliveryUpdates[0]).toMatchObject({ event: 'test', status: 'PENDING' });
    await frames.return(undefined);
  });
});
