import type { EpochState, WorkerBeat } from '@jobflow/contracts';
import { testClock } from '@jobflow/platform';
import { describe, expect, it } from 'vitest';
import { CancelledRuns } from './cancelled-runs.js';
import { DoubtedRuns } from './doubted-runs.js';
import { EpochGuard, RECLAIM_WINDOW_MS } from './epoch-guard.js';
import { LiveWorkers, SILENT_MS } from './live-workers.js';

describe('cancelled runs', () => {
  it('are remembered up to a bound; what was forgotten makes older messages doubtful', () => {
    const cancelled = new CancelledRuns(2);
    cancelled.add('a', 10);
    cancelled.add('b', 20);
    cancelled.add('a', 25);
    expect([cancelled.has('a', 5), cancelled.has('b', 5), cancelled.forgottenBelow]).toEqual([true, true, 0]);
    cancelled.add('c', 30);
    expect([cancelled.has('a', 5), cancelled.has('b', 5), cancelled.has('c', 5), cancelled.forgottenBelow]).toEqual([
      true,
      false,
      true,
      20,
    ]);
  });

  it('do not stop what was queued after the cancellation: its flow was retried', () => {
    const cancelled = new CancelledRuns();
    cancelled.add('a', 10);
    expect([cancelled.has('a', 9), cancelled.has('a', 11)]).toEqual([true, false]);
    cancelled.add('a', 20);
    cancelled.add('a', 15);
    expect([cancelled.has('a', 19), cancelled.has('a', 21)]).toEqual([true, false]);
  });
});

describe('runs that were rescheduled', () => {
  it('are doubted up to a bound; once one was forgotten, so is all that came before the newest', () => {
    const doubted = new DoubtedRuns(2);
    doubted.add('a', 10);
    doubted.add('b', 20);
    doubted.add('a', 25);
    expect([doubted.has('a', 30), doubted.has('b', 30), doubted.has('c', 5)]).toEqual([true, true, false]);
    doubted.add('c', 40);
    expect([doubted.has('a', 50), doubted.has('b', 50), doubted.has('c', 50)]).toEqual([true, false, true]);
    // A message of b may have been queued after its reschedule, by who did not know of it.
    expect([doubted.has('b', 39), doubted.has('b', 40)]).toEqual([true, false]);
  });
});

describe('the epoch', () => {
  const makeGuard = (note: (serverId: string) => EpochState) => {
    const clock = testClock();
    let serverId = 'S1';
    const guard = new EpochGuard(
      () => serverId,
      { note: async (id) => note(id) },
      () => clock.now(),
    );
    return { guard, clock, restart: () => (serverId = 'S2') };
  };

  it('makes fresh what came after it, on the server it was noted for', async () => {
    const { guard, restart } = makeGuard((serverId) => ({
      serverId,
      runsSeq: serverId === 'S1' ? 100 : 200,
      notedAt: 0,
    }));
    expect(guard.isFresh(101)).toBe(false);
    await guard.meet();
    expect([guard.isFresh(100), guard.isFresh(101)]).toEqual([false, true]);
    restart();
    expect(guard.isFresh(1_000)).toBe(false);
    expect(await guard.meet()).toEqual({ changed: true });
    expect([guard.isFresh(200), guard.isFresh(201)]).toEqual([false, true]);
    expect(await guard.meet()).toEqual({ changed: false });
  });

  it('leaves workers time to re-claim after a restart, and none to wait for on an old or an empty server', async () => {
    const old = makeGuard((serverId) => ({ serverId, runsSeq: 100, notedAt: 0 }));
    await old.guard.meet();
    expect(old.guard.settledAt).toBe(old.clock.now());
    old.restart();
    await old.guard.meet();
    expect(old.guard.settledAt).toBe(old.clock.now() + RECLAIM_WINDOW_MS);
    const empty = makeGuard((serverId) => ({ serverId, runsSeq: 0, notedAt: Number.MAX_SAFE_INTEGER }));
    await empty.guard.meet();
    expect(empty.guard.settledAt).toBe(empty.clock.now());
  });
});

describe('live workers', () => {
  const beat = (id: string, status: WorkerBeat['status'] = 'ONLINE', able: Partial<WorkerBeat> = {}) =>
    new TextEncoder().encode(
      JSON.stringify({
        id,
        host: 'h',
        pid: 1,
        version: '0',
        queues: ['*'],
        handlers: [],
        kinds: [],
        concurrency: 1,
        prefetch: 0,
        active: 0,
        load: 0,
        memoryMb: 1,
        cpuPercent: 0,
        finished: 0,
        failed: 0,
        startedAt: 0,
        at: 0,
        status,
        ...able,
      } satisfies WorkerBeat),
    );

  it('are asked for what they can carry out, as long as they live and take runs', async () => {
    const clock = testClock();
    const workers = new LiveWorkers(() => clock.now());
    const mail = { queue: 'mail', job: 'send', kind: 'HANDLER' as const };
    const shell = { queue: 'mail', job: 'tidy', kind: 'SHELL' as const };
    const able = { handlers: [{ name: 'send' }], kinds: [{ kind: 'SHELL' as const, enabled: true }] };
    const can = () => [workers.canOther('me', mail), workers.canOther('me', shell)];
    workers.hear(beat('me', 'ONLINE', able));
    workers.hear(beat('bare'));
    workers.hear(beat('elsewhere', 'ONLINE', { ...able, queues: ['other'] }));
    workers.hear(beat('leaving', 'DRAINING', able));
    expect(can()).toEqual([false, false]);
    workers.hear(beat('off', 'ONLINE', { kinds: [{ kind: 'SHELL', enabled: false, reason: 'off' }] }));
    expect(can()).toEqual([false, false]);
    workers.hear(beat('there', 'ONLINE', { ...able, queues: ['mail'] }));
    expect(can()).toEqual([true, true]);
    await clock.advance(SILENT_MS + 1);
    expect(can()).toEqual([false, false]);
  });

  it('are dead only after a silence that was really listened to', async () => {
    const clock = testClock();
    const workers = new LiveWorkers(() => clock.now());
    workers.hear(beat('a'));
    expect([workers.judge('a'), workers.judge('b')]).toEqual(['alive', 'unknown']);
    await clock.advance(SILENT_MS + 1);
    expect([workers.judge('a'), workers.judge('b')]).toEqual(['dead', 'dead']);
    workers.listenAnew();
    expect(workers.judge('a')).toBe('unknown');
    workers.hear(beat('a'));
    expect(workers.judge('a')).toBe('alive');
    workers.hear(beat('a', 'OFFLINE'));
    await clock.advance(SILENT_MS + 1);
    expect(workers.judge('a')).toBe('dead');
    workers.hear(new TextEncoder().encode('not a beat'));
  });
});
