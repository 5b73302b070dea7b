import { randomBytes } from 'node:crypto';
import { live } from '@jobflow/contracts';
import { createSealedReader, createSecretBox, keyIdOf, type SecretBox } from '@jobflow/platform';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { until } from '../platform/backed.js';
import { type GatewayHouse, type GatewayProcess, openGatewayHouse } from './server-process.js';

const first = randomBytes(32);
const second = randomBytes(32);
const text = (...keys: Buffer[]) => keys.map((key) => key.toString('base64')).join(',');
const BEFORE = { JOBFLOW_ENCRYPTION_KEY: text(first) };
/** Told of the new key, and not using it yet. */
const TOLD = { ...BEFORE, JOBFLOW_ENCRYPTION_NEXT_KEY: text(second) };
const AFTER = { JOBFLOW_ENCRYPTION_KEY: text(second), JOBFLOW_ENCRYPTION_OLD_KEYS: text(first) };
const WITHOUT = { JOBFLOW_ENCRYPTION_KEY: text(second) };

let house: GatewayHouse;
beforeAll(async () => {
  house = await openGatewayHouse();
});
afterAll(() => house?.[Symbol.asyncDispose]());
beforeEach(() => house.db.query('delete from gateway.secrets'));

const placeOf = (row: string) => ({ table: 'gateway.secrets', row, column: 'sealed' });
const sealedBy = (key: Buffer, name: string, value: string) =>
  createSecretBox({ current: key }).seal(value, placeOf(name));

/** As a gateway of the time before would have left them. */
const keep = (key: Buffer, values: Record<string, string>) =>
  house.db.query(
    `insert into gateway.secrets (name, sealed, updated_at, updated_by)
     select name, sealed, '2026-01-02T03:04:05Z', 'ada' from unnest($1::text[], $2::text[]) as kept (name, sealed)`,
    [Object.keys(values), Object.entries(values).map(([name, value]) => sealedBy(key, name, value))],
  );

/** Every value, opened with one key alone. */
async function allOpenedBy(box: SecretBox): Promise<Record<string, string>> {
  const rows = await house.db.query<{ name: string; sealed: string }>('select name, sealed from gateway.secrets');
  return Object.fromEntries(rows.map(({ name, sealed }) => [name, box.open(sealed, placeOf(name))]));
}

async function openedByEither(name: string): Promise<string> {
  const [row] = await house.db.query<{ sealed: string }>('select sealed from gateway.secrets where name = $1', [name]);
  return createSecretBox({ current: first, next: second }).open(row?.sealed ?? '', placeOf(name));
}

async function countUnder(key: Buffer): Promise<number> {
  const rows = await house.db.query('select 1 from gateway.secrets where starts_with(sealed, $1)', [
    `v1.${keyIdOf(key)}.`,
  ]);
  return rows.length;
}

async function healthOf(gateway: GatewayProcess): Promise<{ status: string; message: string; action: string | null }> {
  const { token } = await gateway.signIn();
  const { data } = await gateway.ask('{ health { checks { code status message action } } }', {}, token);
  return data?.health.checks.find(({ code }: { code: string }) => code === 'secrets');
}

const said = (gateway: GatewayProcess, what: string) =>
  until(() => gateway.lines.some(({ msg }) => String(msg).includes(what)), `the gateway says: ${what}`);

const setSecret = (gateway: GatewayProcess, token: string, name: string, value: string) =>
  gateway.ask(
    'mutation ($name: String!, $value: String!) { setSecret(name: $name, value: $value) { name } }',
    { name, value },
    token,
  );

describe('a gateway with a new key', () => {
  it('seals everything anew, channels’ secrets too, and says when the old key may go', async () => {
    const values = Object.fromEntries(Array.from({ length: 120 }, (_, n) => [`s${n}`, `value ${n}`]));
    values['channel:c1'] = '{"secret":"whsec_x"}';
    values.large = 'x'.repeat(64 * 1024);
    await keep(first, values);
    await using gateway = await house.start(AFTER);
    await said(gateway, 'no stored secret needs an old key');
    expect(await allOpenedBy(createSecretBox({ current: second }))).toEqual(values);
    const rows = await house.db.query('select distinct updated_at, updated_by from gateway.secrets');
    expect(rows).toEqual([{ updated_at: new Date('2026-01-02T03:04:05Z'), updated_by: 'ada' }]);
    expect(gateway.lines).toContainEqual(
      expect.objectContaining({ msg: 'stored secrets were sealed under the current key', resealed: 122 }),
    );
    expect(await healthOf(gateway)).toEqual({
      code: 'secrets',
      status: 'OK',
      message: `No stored secret needs an old key (${keyIdOf(first)}).`,
      action: 'Once every gateway has the current key, the old ones may go.',
    });
    const metrics = await (await fetch(`${gateway.url}/metrics`)).text();
    expect(metrics).toContain('jobflow_gateway_sealed_secrets{key="current"} 122');
    expect(metrics).toContain('jobflow_gateway_sealed_secrets{key="old"} 0');
  });

  it('leaves alone a value that somebody sets while it seals the one before anew', async () => {
    await keep(first, { a: 'before', b: 'before', c: 'before' });
    await using setting = await lockedSession();
    await setting.query('update gateway.secrets set sealed = $1 where name = $2', [
      sealedBy(second, 'b', 'set meanwhile'),
      'b',
    ]);
    await using gateway = await house.start(AFTER);
    // It has read the value of before, and is about to write what it made of that.
    await until(async () => {
      const waiting = await house.db.query(
        `select 1 from pg_stat_activity where application_name = 'jobflow-gateway' and wait_event_type = 'Lock'`,
      );
      return waiting.length > 0;
    }, 'the gateway waits for the row');
    await setting.query('commit');
    await said(gateway, 'no stored secret needs an old key');
    expect(await allOpenedBy(createSecretBox({ current: second }))).toEqual({
      a: 'before',
      b: 'set meanwhile',
      c: 'before',
    });
  });

  it('loses no value among gateways with the old key, with the new one, and many who set', async () => {
    const names = Array.from({ length: 40 }, (_, n) => `s${n}`);
    await keep(first, Object.fromEntries(names.map((name) => [name, 'at first'])));
    await using early = await house.start(TOLD);
    await using late = await house.start(TOLD);
    const writers = [early, late];
    const tokens = await Promise.all(writers.map(async (one) => (await one.signIn()).token));
    const last = new Map<string, string>();
    let over = false;
    const setAgainAndAgain = async (name: string, n: number) => {
      for (let turn = 0; !over || turn === 0; turn++) {
        const which = (n + turn) % writers.length;
        const value = `${name} turn ${turn}`;
        const { errors } = await setSecret(writers[which] as GatewayProcess, tokens[which] as string, name, value);
        expect(errors).toBeUndefined();
        last.set(name, value);
        await new Promise((resolve) => setTimeout(resolve, 20));
        expect(await openedByEither(name)).toBe(value);
      }
    };
    const setting = Promise.all(names.map(setAgainAndAgain));
    try {
      await using one = await house.start(AFTER);
      await using other = await house.start(AFTER);
      for (const turned of [one, other])
        await until(() => turned.lines.some((line) => 'left' in line), 'it has looked');
    } finally {
      over = true;
      await setting;
    }
    expect(last.size).toBe(names.length);
    // Those of before could open whatever the others had sealed.
    expect(writers.flatMap(({ lines }) => lines).filter(({ level }) => Number(level) >= 40)).toEqual([]);
    for (const one of writers) await one.stop();
    await using finisher = await house.start(AFTER);
    await said(finisher, 'no stored secret needs an old key');
    expect(await allOpenedBy(createSecretBox({ current: second }))).toEqual(Object.fromEntries(last));
  });

  it('changes nothing for the sake of a key that is yet to come', async () => {
    await keep(first, { a: 'x' });
    await keep(second, { b: 'y' });
    await using gateway = await house.start(TOLD);
    expect(await healthOf(gateway)).toMatchObject({ status: 'OK', message: 'Stored secrets can be opened.' });
    expect([await countUnder(first), await countUnder(second)]).toEqual([1, 1]);
  });
});

describe('a gateway that lacks a key', () => {
  it('names it to operators, clients and workers, and goes on', async () => {
    await keep(second, { kept: 'x' });
    const before = await house.start(BEFORE);
    const { token } = await before.signIn();
    const created = await before.ask(
      'mutation { createChannel(input: { name: "c", kind: WEBHOOK, url: "https://example.com/x", rules: [] }) { channel { id } } }',
      {},
      token,
    );
    const { id } = created.data?.createChannel.channel ?? {};
    await setSecret(before, token, 'lost', 'x');
    // As a projector would: there is none here.
    await house.db.query(`insert into read.channels (id, state, state_seq) values ($1, '{"kind":"WEBHOOK"}', 1)`, [id]);
    await keep(first, { 'channel:unknown': 'x' });
    await before.stop();

    await using gateway = await house.start(WITHOUT);
    await said(gateway, 'add their keys to JOBFLOW_ENCRYPTION_OLD_KEYS');
    const asked = await house.link.nc.request(
      live.secret,
      JSON.stringify({ name: 'lost', publicKey: createSealedReader().publicKey }),
      { timeout: 5_000 },
    );
    expect(asked.json()).toEqual({ ok: false, reason: 'unavailable' });
    const change = 'mutation ($id: ID!) { updateChannel(id: $id, input: { headers: { a: "b" } }) { id } }';
    const refused = await gateway.ask(change, { id }, (await gateway.signIn()).token);
    expect(refused).toMatchObject({
      code: 'CONFLICT',
      error: {
        message: expect.stringMatching(
          new RegExp(`"channel:${id}" was sealed with the key ${keyIdOf(first)}, .* a channel has to be made anew`),
        ),
      },
    });
    expect(await healthOf(gateway)).toEqual({
      code: 'secrets',
      status: 'DEGRADED',
      message: `3 stored secrets cannot be opened (channel ${id} (WEBHOOK), channel unknown, lost): sealed with the key ${keyIdOf(first)}, not here.`,
      action:
        'Add what is missing to JOBFLOW_ENCRYPTION_OLD_KEYS, or set those secrets anew; such channels have to be made anew.',
    });
    expect(gateway.lines).toContainEqual(
      expect.objectContaining({
        secrets: 3,
        names: [`channel ${id} (WEBHOOK)`, 'channel unknown', 'lost'],
        keyIds: [keyIdOf(first)],
      }),
    );
    expect(JSON.stringify(gateway.lines)).not.toContain('at Object.open');
    expect(gateway.lines).toContainEqual(
      expect.objectContaining({ msg: 'a secret cannot be opened', why: expect.stringContaining(keyIdOf(first)) }),
    );
    // Anew under the key that is there.
    await setSecret(gateway, (await gateway.signIn()).token, 'lost', 'found');
    await house.db.query(`delete from gateway.secrets where name like 'channel:%'`);
    await until(async () => (await healthOf(gateway)).status === 'OK', 'all can be opened');
  });

  it('names ten of what it cannot open', async () => {
    await keep(first, Object.fromEntries(Array.from({ length: 12 }, (_, n) => [`s${10 + n}`, 'x'])));
    await using gateway = await house.start(WITHOUT);
    await said(gateway, 'add their keys to JOBFLOW_ENCRYPTION_OLD_KEYS');
    expect((await healthOf(gateway)).message).toMatch(
      /^12 stored secrets cannot be opened \(s10, s11, s12, s13, s14, s15, s16, s17, s18, s19 and 2 more\): /,
    );
  });

  it('keeps what was changed outside as it is, and names it', async () => {
    await keep(first, { fine: 'x' });
    await house.db.query(
      `insert into gateway.secrets (name, sealed, updated_at) select 'moved', sealed, now() from gateway.secrets`,
    );
    await using gateway = await house.start(AFTER);
    await said(gateway, 'were changed outside');
    expect(gateway.lines).toContainEqual(expect.objectContaining({ names: ['moved'] }));
    expect([await countUnder(first), await countUnder(second)]).toEqual([1, 1]);
    expect((await healthOf(gateway)).message).toContain(
      'One stored secret is still sealed under old keys: keep those.',
    );
  });
});

/** A transaction that stays open until its `commit`. */
async function lockedSession() {
  const session = await house.db.session();
  await session.query('begin');
  return Object.assign(session, { [Symbol.asyncDispose]: () => session.end() });
}
