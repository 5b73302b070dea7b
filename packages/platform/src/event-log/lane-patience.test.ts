import { pino } from 'pino';
import { Registry } from 'prom-client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { AckInbox, PubAnswer } from '../nats/ack-inbox.js';
import type { NatsLink } from '../nats/nats-link.js';
import { Lane } from './lane.js';
import { createLogMetrics } from './log-metrics.js';
import type { Unit } from './unit.js';

const PATIENCE = { silenceMs: 5_000, deadlineMs: 20_000 };
const stored: PubAnswer = { kind: 'stored', seq: 1, duplicate: false };

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A lane of wide units, each of which is a group of its own, before a server that answers when it is told to. */
function slowServer() {
  const answers: ((answer: PubAnswer) => void)[] = [];
  const link = {
    connected: () => true,
    onConnected: () => () => undefined,
    nc: { publish: () => undefined },
  } as unknown as NatsLink;
  const inbox: AckInbox = {
    expect: () => ({ reply: 'reply', answer: new Promise((resolve) => void answers.push(resolve)) }),
    stop: () => undefined,
  };
  const metrics = createLogMetrics(
    new Registry(),
    () => 0,
    () => 0,
  );
  const logger = pino({ level: 'silent' });
  const lane = new Lane({ link, inbox, stream: 'S', atomic: true, patience: PATIENCE, logger, metrics });
  const fates: string[] = [];
  const submit = () => {
    const n = fates.push('waits') - 1;
    const unit: Unit = {
      messages: () =>
        Array.from({ length: 1_000 }, () => ({ subject: 's', data: new Uint8Array(), expect: undefined })),
      count: 1_000,
      bytes: 1_000,
      msgId: String(n),
      since: Date.now(),
      settled: false,
      settle: () => {
        if (unit.settled) return;
        unit.settled = true;
        fates[n] = 'stored';
      },
      fail: ({ message }) => {
        unit.settled = true;
        fates[n] = message;
      },
    };
    lane.submit(unit);
  };
  const answer = async (to = stored) => {
    answers.shift()?.(to);
    await vi.advanceTimersByTimeAsync(0);
  };
  return { fates, submit, answer };
}

describe('a lane', () => {
  it('lets wait behind what is being stored, longer than it would for a server that is silent', async () => {
    const { fates, submit, answer } = slowServer();
    for (let n = 0; n < 4; n++) submit();
    for (let n = 0; n < 4; n++) {
      await vi.advanceTimersByTimeAsync(PATIENCE.silenceMs - 1_000);
      await answer();
    }
    expect(fates).toEqual(['stored', 'stored', 'stored', 'stored']);
  });

  it('gives up on a server that is silent, and says of what was never sent that it is not stored', async () => {
    const { fates, submit } = slowServer();
    submit();
    submit();
    await vi.advanceTimersByTimeAsync(PATIENCE.silenceMs - 200);
    expect(fates).toEqual(['waits', 'waits']);
    await vi.advanceTimersByTimeAsync(400);
    expect(fates).toEqual([expect.stringContaining('unknown'), expect.stringContaining('not stored')]);
  });

  it('takes no refusal that it repeats for an answer, and says what was refused', async () => {
    const { fates, submit, answer } = slowServer();
    submit();
    await vi.advanceTimersByTimeAsync(PATIENCE.silenceMs - 1_000);
    await answer({ kind: 'refused', code: 10023, status: 503, text: 'insufficient resources' });
    await vi.advanceTimersByTimeAsync(1_200);
    expect(fates).toEqual(['the log did not answer in time (insufficient resources): whether it is stored is unknown']);
  });

  it('lets nobody wait for ever behind others', async () => {
    const { fates, submit, answer } = slowServer();
    for (let n = 0; n < 7; n++) submit();
    for (let n = 0; n < 5; n++) {
      await vi.advanceTimersByTimeAsync(PATIENCE.silenceMs - 500);
      await answer();
    }
    expect(fates.slice(0, 4)).toEqual(['stored', 'stored', 'stored', 'stored']);
    const [underWay, ...waited] = fates.slice(4);
    expect(underWay).toContain('unknown');
    expect(waited).toEqual([expect.stringContaining('not stored'), expect.stringContaining('not stored')]);
  });
});
