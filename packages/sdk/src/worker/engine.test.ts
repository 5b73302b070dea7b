import { defaultRetryPolicy, type RunDefinition, type RunEvent, type VerifyReply } from '@jobflow/contracts';
import { testClock } from '@jobflow/platform';
import { describe, expect, it } from 'vitest';
import type { KindContext } from '../attempt/attempt-context.js';
import { LogBuffer } from '../attempt/log-buffer.js';
import { CancelledRuns } from '../intake/cancelled-runs.js';
import type { ClaimResult, RunClaimed } from '../intake/claims.js';
import { DoubtedRuns } from '../intake/doubted-runs.js';
import type { EpochGuard } from '../intake/epoch-guard.js';
import type { PulledMessage } from '../intake/pulled-message.js';
import { readQueuedRun } from '../intake/queued-run.js';
import { Suspects } from '../intake/suspects.js';
import type { PermitAnswer, Permits } from '../limits/permits.js';
import { RunLimits } from '../limits/run-limits.js';
import type { ActiveReporter } from './active-reporter.js';
import { Engine } from './engine.js';
import { HandlerlessRuns } from './handlerless-runs.js';
import { OutcomeRecorder } from './outcome-recorder.js';
import type { Runners } from './runners.js';
import { Slots } from './slots.js';

const OLD_EPOCH = 100;
/** Longer than the server waits for a silent worker. */
const BLOCKED_MS = 40_000;

type Delivered = { seq?: number; deliveryCount?: number; verify?: boolean } & Partial<RunDefinition>;
type VerifiedRun = Extract<VerifyReply, { ok: true }>['runs'][number];

/** An engine with a store that forgets, permits that are granted when a test says so, and runs that end likewise. */
function makeEngine({ concurrency = 1, prefetch = 0 } = {}) {
  const clock = testClock();
  const begun: string[] = [];
  const released: string[] = [];
  const claims: string[] = [];
  const recorded: RunEvent[] = [];
  const signals = new Map<string, { soft: AbortSignal; hard: AbortSignal }>();
  const cancelled = new CancelledRuns();
  let reclaimed: ClaimResult = { ok: true, n: 1 };
  const ends = new Map<string, () => void>();
  const states = new Map<string, Partial<VerifiedRun>>();
  let permit: PromiseWithResolvers<PermitAnswer> | undefined;
  const run = {
    kind: 'run' as const,
    ownProcess: false,
    heartbeatMs: undefined,
    run: ({ runId, signal, kill }: KindContext) => {
      begun.push(nameOf(runId));
      signals.set(nameOf(runId), { soft: signal, hard: kill });
      return new Promise<void>((resolve) => ends.set(nameOf(runId), resolve));
    },
  };
  const verify = async (ids: string[]): Promise<VerifyReply> => ({
    ok: true,
    runs: ids.map((id) => ({ id, status: 'QUEUED', attempt: 1, delivery: 0, claim: 0, ...states.get(nameOf(id)) })),
  });
  const slots = new Slots(concurrency, prefetch);
  const suspects: Suspects = new Suspects({
    workerId: 'me',
    clock,
    lastSeq: async () => 1_000,
    verify,
    claims: {
      claim: async ({ runId }) => {
        claims.push(nameOf(runId));
        return { ok: true, n: 1 };
      },
    },
    liveness: () => 'alive',
    room: () => engine.startRoom(),
    adopt: (message, queued) => engine.adopt(message, queued),
    onAdmitted: (admitted) => engine.admit(admitted),
    onLetGo: () => undefined,
    onLost: (admitted) => engine.lost(admitted),
    onPoison: (admitted) => engine.poison(admitted),
    onTrouble: (_what, error) => {
      throw error;
    },
  });
  const limits = new RunLimits({
    workerId: 'me',
    permits: {
      take: () => {
        permit = Promise.withResolvers();
        return permit.promise;
      },
      release: ({ runId }: { runId: string }) => void released.push(nameOf(runId)),
      onFreed: () => () => undefined,
    } as unknown as Permits,
    store: { jobs: new Map(), queues: new Map() },
    clock,
    random: () => 0.5,
    freeSlots: () => slots.free,
    onGranted: (admitted) => engine.granted(admitted),
    onRoom: () => engine.roomAgain(),
    onRefused: () => undefined,
  });
  const recorder = new OutcomeRecorder({
    workerId: 'me',
    clock,
    random: () => 0,
    record: async (_subject, events) => void recorded.push(...events),
    onSettled: (attempt, event) => engine.onSettled(attempt, event),
    onTrouble: () => undefined,
  });
  const engine: Engine = new Engine({
    workerId: 'me',
    clock,
    slots,
    runners: { find: () => run } as unknown as Runners,
    epoch: { isFresh: (seq: number) => seq > OLD_EPOCH } as EpochGuard,
    cancelled,
    doubted: new DoubtedRuns(),
    hearsControl: () => true,
    suspects,
    claims: { claim: async () => reclaimed },
    handlerless: new HandlerlessRuns(60_000),
    canOther: () => false,
    logs: new LogBuffer({ clock, record: () => Promise.resolve() }),
    secrets: { get: async () => '' },
    active: { started() {}, startsNow: async () => true, progressed() {} } as unknown as ActiveReporter,
    recorder,
    limits,
    isPaused: () => false,
    onRoom: () => undefined,
    onTrouble: () => undefined,
  });
  const messageOf = (
    name: string,
    { seq = OLD_EPOCH + 1, deliveryCount = 1, verify = false, ...fields }: Delivered = {},
  ) => {
    const answers: string[] = [];
    const message: PulledMessage = {
      data: dataOf(name, fields, verify),
      seq,
      deliveryCount,
      ack: () => void answers.push('ack'),
      nak: () => void answers.push('nak'),
      working: () => undefined,
      term: () => void answers.push('term'),
    };
    return { message, answers };
  };
  const deliver = (name: string, more?: Delivered) => {
    const { message, answers } = messageOf(name, more);
    engine.deliver(message);
    return answers;
  };
  const admit = (name: string, claim: number) => {
    const { message, answers } = messageOf(name);
    const read = readQueuedRun(message.data);
    if (!read.ok) throw new Error(read.reason);
    engine.admit({ message, queued: read.queued, claim, knownAt: clock.now(), begun: false, cancelled: false });
    return answers;
  };
  /** Lets what was answered meanwhile arrive; no timer runs. */
  const settle = () => clock.advance(0);
  return {
    ...{ engine, clock, slots, begun, released, claims, states, suspects, deliver, admit, settle },
    ...{ recorded, signals, cancelled },
    /** How its next claim of what runs here ends. */
    reclaims: (result: ClaimResult) => {
      reclaimed = result;
    },
    end: (name: string) => ends.get(name)?.(),
    grant: () => permit?.resolve({ kind: 'granted' }),
  };
}

const idOf = (name: string) => `0193581c-7b5e-7000-8000-${Buffer.from(name.padEnd(6)).toString('hex')}`;
const nameOf = (id: string) => Buffer.from(id.slice(-12), 'hex').toString().trim();

function dataOf(name: string, fields: Partial<RunDefinition>, verify: boolean): Uint8Array {
  const run = {
    ...{ id: idOf(name), job: 'j', jobRevision: 1, kind: 'HANDLER', queue: 'default', priority: 5, input: {} },
    ...{ retry: defaultRetryPolicy, timeout: {}, createdAt: 0, ...fields },
  };
  const events = [{ type: 'RunQueued', run, attempt: 1, delivery: 0, ...(verify && { verify }) }];
  return Buffer.from(JSON.stringify({ v: 1, id: 'c', at: 0, by: { actor: 'a' }, events }));
}

const old = { seq: OLD_EPOCH };
const limited = { limits: { concurrency: 1 } };

describe('a message', () => {
  it('that is fresh starts at once; one that may have been delivered before is checked first', async () => {
    const { begun, suspects, deliver } = makeEngine({ concurrency: 4 });
    deliver('fresh');
    expect([begun, suspects.size]).toEqual([['fresh'], 0]);
    deliver('before', old);
    deliver('again', { deliveryCount: 2 });
    deliver('marked', { verify: true });
    expect([begun, suspects.size]).toEqual([['fresh'], 3]);
  });

  it('of a run that may run at most once is claimed before it starts', async () => {
    const { clock, begun, claims, deliver } = makeEngine();
    deliver('x', { guarantee: 'AT_MOST_ONCE' });
    expect(begun).toEqual([]);
    await clock.advance(10);
    expect([claims, begun]).toEqual([['x'], ['x']]);
  });

  it('of a cancelled run is answered, and starts nothing, also when it has waited here', async () => {
    const { engine, begun, cancelled, recorded, deliver, end, settle } = makeEngine();
    cancelled.add(idOf('early'), OLD_EPOCH + 2);
    expect(deliver('early')).toEqual(['ack']);
    deliver('first');
    const answers = deliver('waits');
    cancelled.add(idOf('waits'), OLD_EPOCH + 2);
    engine.cancel(idOf('waits'));
    end('first');
    await settle();
    expect([begun, answers]).toEqual([['first'], ['ack']]);
    expect(recorded).toMatchObject([{ type: 'RunSucceeded', runId: idOf('first') }]);
  });

  it('of a run that is cancelled while it waits for a permit is answered at once', async () => {
    const { engine, begun, cancelled, deliver, grant, released, settle } = makeEngine();
    const answers = deliver('x', limited);
    cancelled.add(idOf('x'), OLD_EPOCH + 2);
    engine.cancel(idOf('x'));
    expect(answers).toEqual(['ack']);
    grant();
    await settle();
    expect([begun, released]).toEqual([[], ['x']]);
  });

  it('of a run whose time has passed ends it as expired, also when it passed here', async () => {
    const { clock, begun, recorded, deliver, end, settle } = makeEngine();
    const late = deliver('late', { expiresAt: clock.now() });
    deliver('first');
    const waits = deliver('waits', { expiresAt: clock.now() + 500 });
    await clock.advance(500);
    end('first');
    await settle();
    expect([begun, late, waits]).toEqual([['first'], ['ack'], ['ack']]);
    expect(recorded).toMatchObject([
      { type: 'RunExpired', runId: idOf('late') },
      { type: 'RunSucceeded' },
      { type: 'RunExpired', runId: idOf('waits') },
    ]);
  });
});

describe('a run that goes on here', () => {
  const claimOf = (name: string, over: Partial<RunClaimed> = {}): RunClaimed => ({
    ...{ type: 'RunClaimed', runId: idOf(name), attempt: 1, delivery: 0, workerId: 'other', n: 1 },
    ...over,
  });

  it('ends without an outcome when another worker has claimed it', async () => {
    const { engine, slots, recorded, signals, deliver, end, settle } = makeEngine();
    const answers = deliver('x');
    engine.heardClaim(claimOf('x', { workerId: 'me' }));
    engine.heardClaim(claimOf('x', { delivery: 1 }));
    engine.heardClaim(claimOf('x', { n: 0 }));
    expect(slots.free).toBe(0);
    engine.heardClaim(claimOf('x'));
    expect([slots.free, signals.get('x')?.soft.aborted, signals.get('x')?.hard.aborted]).toEqual([1, true, true]);
    end('x');
    await settle();
    expect([recorded, answers]).toEqual([[], []]);
  });

  it('is claimed again when the server may have given it away, and its outcome counts under that claim', async () => {
    const { engine, recorded, reclaims, deliver, end, settle } = makeEngine();
    const answers = deliver('x');
    reclaims({ ok: true, n: 4 });
    await engine.reclaim();
    end('x');
    await settle();
    expect(recorded).toMatchObject([{ type: 'RunSucceeded', claim: 4 }]);
    expect(answers).toEqual(['ack']);
  });

  it('ends without an outcome when it cannot be claimed again', async () => {
    const { engine, slots, recorded, signals, reclaims, deliver, end, settle } = makeEngine();
    const answers = deliver('x');
    reclaims({ ok: false, by: claimOf('x') });
    await engine.reclaim();
    expect([slots.free, signals.get('x')?.hard.aborted]).toEqual([1, true]);
    end('x');
    await settle();
    expect([recorded, answers]).toEqual([[], []]);
  });

  it('takes in its message when that comes once more, and answers both at its end', async () => {
    const { begun, suspects, deliver, end, settle } = makeEngine({ concurrency: 2 });
    const first = deliver('x');
    const second = deliver('x', { deliveryCount: 2 });
    expect([begun, suspects.size, first, second]).toEqual([['x'], 0, [], []]);
    end('x');
    await settle();
    expect([first, second]).toEqual([['ack'], ['ack']]);
  });

  it('is asked to end when it is cancelled, and ends as cancelled within a second', async () => {
    const { engine, clock, recorded, signals, deliver } = makeEngine();
    const answers = deliver('x');
    engine.cancel(idOf('x'));
    expect([signals.get('x')?.soft.aborted, signals.get('x')?.hard.aborted]).toEqual([true, false]);
    await clock.advance(900);
    expect(signals.get('x')?.hard.aborted).toBe(true);
    expect(recorded).toMatchObject([{ type: 'RunCancelled', runId: idOf('x') }]);
    expect(answers).toEqual(['ack']);
  });
});

describe('a run that was checked and waits for a slot', () => {
  it('is not started after the loop was blocked, when another worker may have been given it', async () => {
    const { clock, begun, states, suspects, deliver, end, settle } = makeEngine();
    deliver('first');
    deliver('x', old);
    await clock.advance(10);
    expect([begun, suspects.size]).toEqual([['first'], 0]);
    await clock.advance(BLOCKED_MS);
    states.set('x', { claim: 1, workerId: 'other' });
    end('first');
    await settle();
    await clock.advance(10);
    expect([begun, suspects.size]).toEqual([['first'], 1]);
  });

  it('is claimed before it starts then, when nobody else has it', async () => {
    const { clock, begun, claims, deliver, end, settle } = makeEngine();
    deliver('first');
    deliver('x', old);
    await clock.advance(10);
    await clock.advance(BLOCKED_MS);
    end('first');
    await settle();
    await clock.advance(10);
    expect([claims, begun]).toEqual([['x'], ['first', 'x']]);
  });

  it('goes back after a second, for a worker that has a slot', async () => {
    const { engine, clock, deliver } = makeEngine();
    deliver('first');
    const answers = deliver('x', old);
    await clock.advance(900);
    engine.giveBackOld();
    expect(answers).toEqual([]);
    await clock.advance(200);
    engine.giveBackOld();
    expect(answers).toEqual(['nak']);
  });

  it('stays here if it was claimed', async () => {
    const { engine, clock, deliver, begun, admit, end, settle } = makeEngine();
    deliver('first');
    const answers = admit('x', 1);
    await clock.advance(BLOCKED_MS);
    engine.giveBackOld();
    end('first');
    await settle();
    expect([answers, begun]).toEqual([[], ['first', 'x']]);
  });

  it('is not even claimed where no slot is left for it', async () => {
    const { clock, claims, deliver } = makeEngine();
    const answers = deliver('x', { deliveryCount: 2 });
    deliver('first');
    await clock.advance(10);
    expect([claims, answers]).toEqual([[], ['nak']]);
  });
});

describe('a run that was granted its permits', () => {
  it('after the loop was blocked is checked first, and gives them back until then', async () => {
    const { clock, begun, released, states, suspects, deliver, grant, settle } = makeEngine();
    deliver('x', limited);
    await clock.advance(BLOCKED_MS);
    states.set('x', { claim: 1, workerId: 'other' });
    grant();
    await settle();
    await clock.advance(10);
    expect([begun, released, suspects.size]).toEqual([[], ['x'], 1]);
  });

  it('gives them back when it waits for a slot for too long', async () => {
    const { engine, clock, slots, released, deliver, grant, settle } = makeEngine();
    const answers = deliver('x', limited);
    await settle();
    slots.taken();
    grant();
    await settle();
    expect(released).toEqual([]);
    await clock.advance(1_100);
    engine.giveBackOld();
    expect([answers, released]).toEqual([['nak'], ['x']]);
  });
});

describe('how many messages may be asked for', () => {
  it('leaves out the slots that checked runs will need, so that another worker gets the rest', async () => {
    const { engine, clock, suspects, deliver, begun } = makeEngine({ concurrency: 3 });
    deliver('a', old);
    deliver('b', old);
    expect([suspects.size, engine.room()]).toEqual([2, 1]);
    await clock.advance(10);
    expect([begun, engine.room()]).toEqual([['a', 'b'], 1]);
  });

  it('grows while handlers end faster than runs are checked', async () => {
    const { engine, clock, deliver, end, settle } = makeEngine({ concurrency: 2, prefetch: 8 });
    deliver('short');
    await clock.advance(2);
    end('short');
    await settle();
    for (const name of ['a', 'b', 'c']) deliver(name, old);
    // Two slots, and five of 2 ms handlers in the 5 ms that a check takes; three are spoken for.
    expect(engine.room()).toBe(4);
  });

  it('does not count runs that another worker has, nor any that cannot be checked yet', async () => {
    const { engine, clock, states, suspects, deliver } = makeEngine({ concurrency: 3 });
    states.set('a', { status: 'RUNNING', workerId: 'other' });
    deliver('a', old);
    await clock.advance(10);
    expect([suspects.size, engine.room()]).toEqual([1, 3]);
    suspects.holdUntil(clock.now() + 5_000);
    deliver('b', old);
    expect([suspects.size, engine.room()]).toEqual([2, 3]);
  });
});

it('a first delivery that lay unread while the loop was blocked is claimed before it starts', async () => {
  const { engine, clock, begun, claims, deliver } = makeEngine();
  engine.giveBackOld();
  await clock.advance(BLOCKED_MS);
  deliver('x');
  expect(begun).toEqual([]);
  await clock.advance(10);
  expect([claims, begun]).toEqual([['x'], ['x']]);
});
