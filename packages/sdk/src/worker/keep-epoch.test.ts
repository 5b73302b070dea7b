import { type NatsLink, testClock } from '@jobflow/platform';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { RECLAIM_WINDOW_MS } from '../intake/epoch-guard.js';
import type { AssembledEngine } from './assemble-engine.js';
import { keepEpoch } from './keep-epoch.js';

async function makeKeeper() {
  const clock = testClock();
  const told = { reclaims: 0, heldUntil: 0, listenedAnew: 0, met: 0 };
  const info = { server_id: 'S1' };
  const fns = { lost: () => {}, back: () => {} };
  let connected = true;
  const link = {
    nc: { info },
    connected: () => connected,
    onDisconnected(fn: () => void) {
      fns.lost = fn;
      return () => undefined;
    },
    onConnected(fn: () => void) {
      fns.back = fn;
      return () => undefined;
    },
  } as unknown as NatsLink;
  const assembled = {
    epoch: {
      settledAt: 0,
      meet: async () => {
        told.met += 1;
        return { changed: false };
      },
    },
    suspects: {
      holdUntil(at: number) {
        told.heldUntil = at;
      },
    },
    workers: {
      listenAnew() {
        told.listenedAnew += 1;
      },
    },
    engine: {
      async reclaim() {
        told.reclaims += 1;
      },
    },
  } as unknown as AssembledEngine;
  const keeper = await keepEpoch(link, assembled, { clock, logger: pino({ level: 'silent' }) });
  return {
    ...{ clock, told, keeper },
    /** Away for so long, and back on this server. */
    async away(ms: number, serverId: string) {
      connected = false;
      fns.lost();
      await clock.advance(ms);
      info.server_id = serverId;
      connected = true;
      fns.back();
    },
  };
}

describe('a worker whose connection comes back', () => {
  it('to a new server claims again what it runs, and leaves others their time to do so', async () => {
    const { clock, told, away } = await makeKeeper();
    await away(300, 'S2');
    expect(told).toMatchObject({ reclaims: 1, heldUntil: clock.now() + RECLAIM_WINDOW_MS, listenedAnew: 1 });
    await away(300, 'S2');
    expect(told.reclaims).toBe(1);
  });

  it('to the same server claims again only after so long that others may have been given it', async () => {
    const { told, away } = await makeKeeper();
    await away(14_000, 'S1');
    expect(told).toMatchObject({ reclaims: 0, listenedAnew: 1 });
    await away(15_000, 'S1');
    expect(told).toMatchObject({ reclaims: 1, heldUntil: 0, listenedAnew: 2 });
  });

  it('asks for the epoch until it is known, while it is connected', async () => {
    const { clock, told, keeper } = await makeKeeper();
    await clock.advance(1_000);
    expect(told.met).toBe(3);
    await keeper.stop();
    await clock.advance(5_000);
    expect(told.met).toBe(3);
  });
});
