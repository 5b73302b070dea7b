import { decodePosition, type Position } from '@jobflow/contracts';
import { testClock } from '@jobflow/platform';
import { describe, expect, it } from 'vitest';
import type { Context } from '../context/context.js';
import type { LiveTick } from '../subscriptions/live-tick.js';
import { Mailbox } from '../subscriptions/mailbox.js';
import { runLogStream } from './run-log-stream.js';
import { runUpdates } from './run-updates.js';

const at = (runs: number): Position => ({ runs, state: 0 });
const tick = (prev: number, cur: number, more: Partial<LiveTick> = {}): LiveTick => ({
  ...{ prev: at(prev), cur: at(cur), logs: new Set<string>(), logsMany: false, deliveries: false, reset: false },
  ...more,
});
const row = (id: string, changed_seq: number) => ({
  ...{ id, changed_seq, status: 'RUNNING', policy: {}, tags: [], created_at: new Date(0), retried_by: null },
});

/** A context whose database is asked by a function of the statement and its parameters. */
function faked(query: (sql: string, params: unknown[]) => object[], logEnd = 1_000) {
  const mailbox = new Mailbox(() => undefined);
  const clock = testClock();
  const asked: { sql: string; params: unknown[] }[] = [];
  const info = async () => ({ config: { max_bytes: 1 }, state: { bytes: 0, last_seq: logEnd } });
  const ctx = {
    clock,
    signal: new AbortController().signal,
    link: { jsm: { streams: { info } } },
    live: {
      position: () => at(100),
      changes: () => mailbox,
      shared: (_tick: LiveTick, _key: string, load: () => Promise<unknown>) => load(),
      waitForPosition: async () => true,
    },
    db: {
      query: async (sql: string, params: unknown[] = []) => {
        asked.push({ sql, params });
        return query(sql, params);
      },
    },
  } as unknown as Context;
  return { ctx, mailbox, clock, asked };
}

const position = (runs: number) => btoa(`1:${runs}:0`).replace(/=+$/, '');
const fields = new Set(['runs', 'position', 'gap', 'left']);

describe('runUpdates', () => {
  it('asks for nothing at or before the position it was given, even when that is ahead of the read model', async () => {
    const { ctx, mailbox, asked } = faked(() => [row('a', 106)]);
    const frames = (await runUpdates(ctx, undefined, position(105), fields))[Symbol.asyncIterator]();
    mailbox.put(tick(100, 104));
    const first = frames.next();
    await new Promise((resolve) => setImmediate(resolve));
    expect(asked).toHaveLength(0);
    mailbox.put(tick(104, 110));
    const { value } = await first;
    expect(asked[0]?.params).toEqual([105]);
    expect(decodePosition(value?.position ?? '')).toEqual(at(110));
  });

  it('tells a row once that was newer than its tick', async () => {
    const answers = [[row('a', 107), row('b', 102)], [row('a', 107)], [row('a', 120)]];
    const { ctx, mailbox } = faked(() => answers.shift() ?? []);
    const frames = (await runUpdates(ctx, undefined, undefined, fields))[Symbol.asyncIterator]();
    const ids = async () => (await frames.next()).value?.runs.map((run: { id: string }) => run.id);
    mailbox.put(tick(100, 105));
    expect(await ids()).toEqual(['b', 'a']);
    const next = ids();
    mailbox.put(tick(105, 110));
    await new Promise((resolve) => setImmediate(resolve));
    mailbox.put(tick(110, 120));
    expect(await next).toEqual(['a']);
  });

  it('says that there is a gap when the log began anew, or too much has happened', async () => {
    const { ctx, mailbox, asked } = faked(() => []);
    const frames = (await runUpdates(ctx, undefined, position(1), fields))[Symbol.asyncIterator]();
    mailbox.put(tick(1, 2_000_000));
    expect((await frames.next()).value).toMatchObject({ gap: true, runs: [] });
    const next = frames.next();
    mailbox.put(tick(0, 5, { reset: true }));
    expect((await next).value).toMatchObject({ gap: true, position: position(5) });
    expect(asked).toHaveLength(0);
  });
});

describe('runLogs', () => {
  const ID = '01890000-0000-7000-8000-000000000000';
  const line = (n: number) => ({ line: n, at: new Date(0), level: 1, stream: 0, attempt: 1, message: `line ${n}` });

  it('of an ended run waits until the read model has all of its lines', async () => {
    let logsAt = 8;
    const { ctx, clock } = faked((sql, params) => {
      if (sql.includes('read.checkpoint')) return [{ seq: logsAt }];
      if (sql.includes('read.run_logs')) return [{ dropped: 0 }];
      if (sql.includes('read.log_lines')) {
        const stored = logsAt < 10 ? [line(1)] : [line(1), line(2)];
        return stored.filter(({ line: n }) => n > Number(params[1]));
      }
      return [{ ...row(ID, 1), status: 'SUCCEEDED' }];
    }, 10);
    const frames = (await runLogStream(ctx, ID, 0))[Symbol.asyncIterator]();
    const first = frames.next();
    await clock.advance(200);
    logsAt = 10;
    await clock.advance(200);
    const { value } = await first;
    expect(value?.lines.map((one: { line: number }) => one.line)).toEqual([1, 2]);
    expect(value?.finished).toBe(true);
    expect(await frames.next()).toEqual({ done: true, value: undefined });
  });

  it('gives up waiting for lines after a while', async () => {
    const { ctx, clock } = faked((sql) => {
      if (sql.includes('read.checkpoint')) return [{ seq: 1 }];
      if (sql.includes('read.run_logs') || sql.includes('read.log_lines')) return [];
      return [{ ...row(ID, 1), status: 'FAILED' }];
    });
    const frames = (await runLogStream(ctx, ID, 0))[Symbol.asyncIterator]();
    const first = frames.next();
    await clock.advance(6_000);
    expect((await first).value).toEqual({ lines: [], dropped: 0, finished: true });
  });
});
