import { defaultRetryPolicy, type VerifyReply } from '@jobflow/contracts';
import { testClock } from '@jobflow/platform';
import { describe, expect, it } from 'vitest';
import type { ClaimRequest, ClaimResult } from './claims.js';
import type { Liveness } from './live-workers.js';
import type { PulledMessage } from './pulled-message.js';
import type { QueuedRun } from './queued-run.js';
import { type Admitted, isStale, Suspects } from './suspects.js';

const RUN_ID = '0193581c-7b5e-7000-8000-000000000000';
const current = { id: RUN_ID, status: 'QUEUED' as const, attempt: 1, delivery: 0, claim: 0 };

function makeSuspects(given: {
  reply: () => Promise<VerifyReply>;
  claim?: ClaimResult | Promise<ClaimResult>;
  liveness?: () => Liveness;
  room?: () => number;
}) {
  const clock = testClock();
  const admitted: Admitted[] = [];
  const lost: Admitted[] = [];
  const letGo: Admitted[] = [];
  const asked: number[] = [];
  const claimed: ClaimRequest[] = [];
  const troubles: string[] = [];
  const suspects = new Suspects({
    workerId: 'me',
    clock,
    lastSeq: async () => 77,
    verify: async (_ids, seq) => {
      asked.push(seq);
      return given.reply();
    },
    claims: {
      claim: async (request) => {
        claimed.push(request);
        return given.claim ?? { ok: true, n: 1 };
      },
    },
    liveness: given.liveness ?? (() => 'dead'),
    room: given.room ?? (() => 1_000),
    onAdmitted: (one) => void admitted.push(one),
    onLost: (one) => void lost.push(one),
    onLetGo: (one) => void letGo.push(one),
    onPoison: () => undefined,
    onTrouble: (what) => void troubles.push(what),
  });
  return { suspects, clock, admitted, lost, letGo, asked, claimed, troubles };
}

function makeMessage(deliveryCount = 1) {
  const answers: string[] = [];
  const message: PulledMessage = {
    data: new Uint8Array(),
    seq: 5,
    deliveryCount,
    ack: () => void answers.push('ack'),
    nak: (ms) => void answers.push(`nak ${ms ?? 0}`),
    working: () => void answers.push('working'),
    term: () => void answers.push('term'),
  };
  return { message, answers };
}

const queued: QueuedRun = {
  run: {
    id: RUN_ID,
    job: 'j',
    jobRevision: 1,
    kind: 'HANDLER',
    queue: 'default',
    priority: 5,
    retry: defaultRetryPolicy,
    timeout: {},
    createdAt: 0,
  },
  attempt: 1,
  delivery: 0,
  verify: false,
  queuedAt: 0,
};

describe('a parked message', () => {
  it('starts once it is known to be current', async () => {
    const { suspects, clock, admitted, asked } = makeSuspects({ reply: async () => ({ ok: true, runs: [current] }) });
    const { message, answers } = makeMessage();
    suspects.park(message, queued);
    suspects.touch();
    await clock.advance(10);
    expect(asked).toEqual([77]);
    expect(admitted).toMatchObject([{ claim: 0, begun: false, cancelled: false }]);
    expect([answers, suspects.size]).toEqual([['working'], 0]);
  });

  it('is acknowledged and forgotten once its run is over', async () => {
    const { suspects, clock, admitted } = makeSuspects({
      reply: async () => ({ ok: true, runs: [{ ...current, status: 'SUCCEEDED' }] }),
    });
    const { message, answers } = makeMessage();
    suspects.park(message, queued);
    await clock.advance(10);
    expect([answers, admitted, suspects.size]).toEqual([['ack'], [], 0]);
  });

  it('of a rescheduled run is handed over to be let go, and answered only once the log has that', async () => {
    const superseded = { ...current, status: 'SCHEDULED' as const, superseded: true, claim: 2 };
    const { suspects, clock, admitted, letGo } = makeSuspects({
      reply: async () => ({ ok: true, runs: [superseded] }),
    });
    const { message, answers } = makeMessage();
    suspects.park(message, queued);
    await clock.advance(10);
    expect([admitted, suspects.size, answers]).toEqual([[], 0, []]);
    expect(letGo).toMatchObject([{ claim: 2, queued: { delivery: 0 } }]);
  });

  it('is asked about again while nobody answers', async () => {
    let up = false;
    const { suspects, clock, admitted, troubles } = makeSuspects({
      reply: async () => {
        if (!up) throw new Error('no responders');
        return { ok: true, runs: [current] };
      },
    });
    suspects.park(makeMessage().message, queued);
    await clock.advance(2_500);
    expect([admitted.length, troubles.length]).toEqual([0, 3]);
    up = true;
    await clock.advance(1_100);
    expect(admitted).toHaveLength(1);
  });

  it('waits for its worker to end or to fall silent', async () => {
    let liveness: Liveness = 'alive';
    const running = { ...current, status: 'RUNNING' as const, workerId: 'other' };
    const { suspects, clock, admitted } = makeSuspects({
      reply: async () => ({ ok: true, runs: [running] }),
      liveness: () => liveness,
    });
    suspects.park(makeMessage(2).message, queued);
    await clock.advance(20_000);
    expect([admitted.length, suspects.size]).toEqual([0, 1]);
    liveness = 'dead';
    await clock.advance(4_000);
    expect(admitted).toMatchObject([{ claim: 1, begun: true }]);
  });

  it('goes back when another worker wins the claim', async () => {
    const { suspects, clock, admitted } = makeSuspects({
      reply: async () => ({ ok: true, runs: [current] }),
      claim: { ok: false, by: undefined },
    });
    const { message, answers } = makeMessage(2);
    suspects.park(message, queued);
    await clock.advance(10);
    expect([admitted, answers]).toEqual([[], ['nak 5000']]);
  });

  it('that was here so long that it may be elsewhere as well is claimed before it starts, as found', async () => {
    const { suspects, clock, admitted, claimed } = makeSuspects({
      reply: async () => ({ ok: true, runs: [current] }),
      claim: { ok: true, n: 8 },
    });
    suspects.park(makeMessage().message, queued, 0, clock.now() - 10_001);
    await clock.advance(10);
    expect(claimed).toMatchObject([{ runId: RUN_ID, after: 0 }]);
    // Nobody can say that its message was somebody's before: it costs no loss.
    expect(admitted).toMatchObject([{ claim: 8, takeover: { losses: 0, redelivered: false } }]);
  });

  it('goes back unclaimed where there is no slot for it', async () => {
    const { suspects, clock, admitted, claimed } = makeSuspects({
      reply: async () => ({ ok: true, runs: [current] }),
      room: () => 0,
    });
    const { message, answers } = makeMessage(2);
    suspects.park(message, queued);
    await clock.advance(10);
    expect([claimed, admitted, answers, suspects.size]).toEqual([[], [], ['nak 0'], 0]);
  });

  it('claims no more at once than there are slots for', async () => {
    const ids = ['1', '2', '3'].map((digit) => RUN_ID.replace(/0$/, digit));
    const claiming = Promise.withResolvers<ClaimResult>();
    const { suspects, clock, claimed } = makeSuspects({
      reply: async () => ({ ok: true, runs: ids.map((id) => ({ ...current, id })) }),
      claim: claiming.promise,
      room: () => 2,
    });
    for (const id of ids) suspects.park(makeMessage(2).message, { ...queued, run: { ...queued.run, id } });
    await clock.advance(10);
    expect([claimed.length, suspects.size]).toEqual([2, 2]);
  });

  it('will want a slot soon, unless another worker has it, or it cannot be checked', async () => {
    let answer: VerifyReply = { ok: false, reason: 'lagging' };
    const { suspects, clock, admitted } = makeSuspects({ reply: async () => answer, liveness: () => 'alive' });
    suspects.park(makeMessage().message, queued);
    expect(suspects.startSoon).toBe(1);
    await clock.advance(10);
    expect(suspects.startSoon).toBe(0);
    answer = { ok: true, runs: [{ ...current, status: 'RUNNING', workerId: 'other' }] };
    await clock.advance(1_100);
    suspects.park(makeMessage().message, { ...queued, run: { ...queued.run, id: RUN_ID.replace(/0$/, '1') } });
    expect([suspects.size, suspects.startSoon]).toEqual([2, 1]);
    suspects.holdUntil(clock.now() + 5_000);
    expect(suspects.startSoon).toBe(0);
    answer = { ok: true, runs: [current] };
    await clock.advance(5_100);
    expect([admitted.length, suspects.size, suspects.startSoon]).toEqual([1, 0, 0]);
  });

  it('is not looked at while workers re-claim, and goes back at the stop', async () => {
    const { suspects, clock, asked } = makeSuspects({ reply: async () => ({ ok: true, runs: [current] }) });
    suspects.holdUntil(clock.now() + 5_000);
    const { message, answers } = makeMessage();
    suspects.park(message, queued);
    await clock.advance(4_900);
    expect(asked).toEqual([]);
    await suspects.stop();
    expect(answers).toEqual(['nak 0']);
    await clock.advance(10_000);
    expect(asked).toEqual([]);
  });

  it('that bears a claim under which nothing was started is handed over at the stop, to be given back in words', async () => {
    const { suspects, admitted } = makeSuspects({ reply: async () => ({ ok: true, runs: [current] }) });
    const { message, answers } = makeMessage();
    suspects.park(message, queued, 4);
    await suspects.stop();
    expect(answers).toEqual([]);
    expect(admitted).toMatchObject([{ claim: 4, begun: false }]);
  });

  it('that is claimed while everything stops is handed over as well', async () => {
    const claiming = Promise.withResolvers<ClaimResult>();
    const { suspects, clock, admitted } = makeSuspects({
      reply: async () => ({ ok: true, runs: [current] }),
      claim: claiming.promise,
    });
    const { message, answers } = makeMessage(2);
    suspects.park(message, queued);
    await clock.advance(10);
    const stopped = suspects.stop();
    claiming.resolve({ ok: true, n: 3 });
    await stopped;
    expect(answers).toEqual([]);
    expect(admitted).toMatchObject([{ claim: 3 }]);
  });
});

it('what is unclaimed is doubtful after ten seconds, and what is claimed never', () => {
  expect([10_000, 10_001].map((now) => isStale({ claim: 0, knownAt: 0 }, now))).toEqual([false, true]);
  expect(isStale({ claim: 1, knownAt: 0 }, 60_000)).toBe(false);
});
