import { describe, expect, it } from 'vitest';
import { createLogGauge } from './log-gauge.js';

function gauged() {
  const state = { now: 0, bytes: 0, lastSeq: 0, asked: 0, away: false };
  const info = async () => {
    state.asked++;
    if (state.away) throw new Error('no responders');
    return { config: { max_bytes: 1000 }, state: { bytes: state.bytes, last_seq: state.lastSeq } };
  };
  const link = { jsm: { streams: { info } } } as unknown as Parameters<typeof createLogGauge>[0];
  return { state, gauge: createLogGauge(link, { now: () => state.now }) };
}
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('the log gauge', () => {
  it('admits new runs up to 80 % of the stream', async () => {
    const { state, gauge } = gauged();
    state.bytes = 799;
    expect(await gauge.admits()).toBe(true);
    state.now = 10_000;
    state.bytes = 800;
    expect(await gauge.admits()).toBe(false);
    expect(await gauge.isFull()).toBe(false);
    state.now = 20_000;
    state.bytes = 1000;
    expect(await gauge.isFull()).toBe(true);
  });

  it('asks once a second, however many want to know, and makes nobody wait for it', async () => {
    const { state, gauge } = gauged();
    await gauge.admits();
    for (let n = 0; n < 100; n++) await gauge.admits();
    expect(state.asked).toBe(1);
    state.now = 1_500;
    state.bytes = 900;
    expect(await gauge.admits()).toBe(true);
    await settled();
    expect(await gauge.admits()).toBe(false);
    expect(state.asked).toBe(2);
  });

  it('lets the append itself tell that NATS is away', async () => {
    const { state, gauge } = gauged();
    state.away = true;
    expect(await gauge.admits()).toBe(true);
    await expect(gauge.end()).rejects.toThrow('no responders');
  });

  it('goes by what it knew while NATS is away, if it knew anything', async () => {
    const { state, gauge } = gauged();
    state.away = true;
    await expect(gauge.lagMs(5)).rejects.toThrow('no responders');
    state.away = false;
    state.lastSeq = 10;
    await gauge.end();
    state.away = true;
    state.now = 60_000;
    expect(await gauge.lagMs(10)).toBe(0);
    expect(await gauge.lagMs(5)).toBe(60_000);
  });

  it('tells since when a reader lags', async () => {
    const { state, gauge } = gauged();
    state.lastSeq = 10;
    expect(await gauge.lagMs(10)).toBe(0);
    state.now = 2_000;
    state.lastSeq = 20;
    await gauge.end();
    state.now = 5_500;
    state.lastSeq = 30;
    await gauge.end();
    expect(await gauge.lagMs(15)).toBe(3_500);
    expect(await gauge.lagMs(25)).toBe(1);
    expect(await gauge.lagMs(30)).toBe(0);
  });
});
