import { live, WorkerBeat } from '@jobflow/contracts';
import { testClock } from '@jobflow/platform';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type BeatSource, startWorkerBeats } from './worker-beats.js';

afterEach(() => void vi.restoreAllMocks());

function makeBeats(over: Partial<BeatSource> = {}) {
  const clock = testClock();
  const heard: WorkerBeat[] = [];
  const counts = { active: 0, finished: 0, failed: 0 };
  const source: BeatSource = {
    ...{ id: 'w1', version: '9.9.9', queues: ['*'], concurrency: 8, prefetch: 4, counts: () => counts },
    limitsTrouble: () => undefined,
    describe: () => ({
      handlers: [{ name: 'mail', inputSchema: { type: 'object' } }],
      kinds: [{ kind: 'HTTP', enabled: true }],
    }),
    ...over,
  };
  const beats = startWorkerBeats(source, clock, (subject, data) => {
    expect(subject).toBe(live.worker);
    heard.push(WorkerBeat.parse(JSON.parse(data)));
  });
  return { beats, clock, counts, heard };
}

describe('the beat of a worker', () => {
  it('tells who it is, what it can do, and how busy it is', async () => {
    vi.spyOn(process.memoryUsage, 'rss').mockReturnValue(150.5 * 1024 * 1024);
    const { clock, counts, heard } = makeBeats();
    const startedAt = clock.now();
    expect(heard).toMatchObject([
      {
        ...{ id: 'w1', version: '9.9.9', pid: process.pid, queues: ['*'], concurrency: 8, prefetch: 4 },
        ...{ active: 0, finished: 0, failed: 0, load: 0, memoryMb: 150.5, startedAt, at: startedAt, status: 'ONLINE' },
        handlers: [{ name: 'mail', inputSchema: { type: 'object' } }],
        kinds: [{ kind: 'HTTP', enabled: true }],
      },
    ]);
    Object.assign(counts, { active: 6, finished: 40, failed: 2 });
    await clock.advance(2_000);
    expect(heard[1]).toMatchObject({
      active: 6,
      finished: 40,
      failed: 2,
      load: 0.75,
      at: startedAt + 2_000,
      startedAt,
    });
  });

  it('tells how much processor time it takes, of one processor', async () => {
    const now = vi.spyOn(performance, 'now').mockReturnValue(0);
    const cpu = vi.spyOn(process, 'cpuUsage').mockReturnValue({ user: 0, system: 0 });
    const { clock, heard } = makeBeats();
    now.mockReturnValue(2_000);
    cpu.mockReturnValue({ user: 400_000, system: 100_000 });
    await clock.advance(2_000);
    now.mockReturnValue(4_000);
    await clock.advance(2_000);
    expect(heard.map(({ cpuPercent }) => cpuPercent)).toEqual([0, 25, 25]);
  });

  it('comes every two seconds, and at once when its status changes, until it is stopped', async () => {
    const { beats, clock, heard } = makeBeats();
    await clock.advance(4_000);
    expect(heard).toHaveLength(3);
    beats.status('DRAINING');
    expect(heard.at(-1)).toMatchObject({ status: 'DRAINING' });
    await clock.advance(2_000);
    expect(heard.map(({ status }) => status)).toEqual(['ONLINE', 'ONLINE', 'ONLINE', 'DRAINING', 'DRAINING']);
    await beats.stop();
    await clock.advance(10_000);
    expect(heard).toHaveLength(5);
  });

  it('tells in few words why it cannot count limits, and nothing if it can', async () => {
    let trouble: string | undefined = 'x'.repeat(2_000);
    const { clock, heard } = makeBeats({ limitsTrouble: () => trouble });
    expect(heard[0]?.limitsTrouble).toBe('x'.repeat(500));
    trouble = undefined;
    await clock.advance(2_000);
    expect(heard[1]).not.toHaveProperty('limitsTrouble');
  });

  it('leaves out schemas when it would be too large, and names its handlers all the same', () => {
    const inputSchema = { type: 'object', description: 'x'.repeat(10_000) };
    const handlers = Array.from({ length: 100 }, (_, n) => ({ name: `h${n}`, inputSchema }));
    const { heard } = makeBeats({ describe: () => ({ handlers, kinds: [] }) });
    expect(heard[0]?.handlers).toEqual(handlers.map(({ name }) => ({ name })));
  });
});
