import type { JobState, ScheduleState } from '@jobflow/contracts';
import { type Kept, type Logger, type StateStore, testClock } from '@jobflow/platform';
import { expect, it } from 'vitest';
import { aJob, aSchedule } from '../cron/cron-world.js';
import type { EndPlace } from '../cron/plan-ticks.js';
import type { LastTick, Unreadable } from '../cron/tick-log.js';
import type { TickRecorder } from '../cron/tick-recorder.js';
import { createAfterScheduler } from './after-scheduler.js';
import { type EndedRun, FIRST_RUN } from './ended-runs.js';

/** One scheduler that holds every shard, over ends and ticks in memory. */
function afterWorld() {
  const clock = testClock(1_000);
  const jobs = new Map<string, Kept<JobState>>();
  for (const name of ['extract', 'report']) jobs.set(name, { state: aJob(name), seq: 1 });
  const schedules = new Map<string, Kept<ScheduleState>>();
  let told: (kind: string, id: string) => void = () => undefined;
  const store = {
    jobs,
    schedules,
    onChange(fn: typeof told) {
      told = fn;
      return () => undefined;
    },
  } as unknown as StateStore;
  const all: EndedRun[] = [];
  const lastTicks = new Map<string, LastTick | Unreadable>();
  const errors: unknown[] = [];
  const fired: Record<string, string[]> = {};
  const recorder: Pick<TickRecorder, 'record'> = {
    async record({ id }, _job, ticks) {
      fired[id] = [...(fired[id] ?? []), ...ticks.map(({ after }) => after?.runId ?? '')];
      const after = ticks.at(-1)?.after as EndPlace;
      const last = { tick: 0, after, seq: 1, bySubject: new Map() };
      lastTicks.set(id, last);
      return { kind: 'recorded', last };
    },
  };
  const scheduler = createAfterScheduler({
    store,
    ticks: { last: async (ids) => new Map([...lastTicks].filter(([id]) => ids.includes(id))) },
    recorder: recorder as TickRecorder,
    ends: {
      foldedUpTo: async () => all.at(-1)?.seq ?? 0,
      after: async (place, upTo, of, most) =>
        all
          .filter(({ seq, id, job }) => seq <= upTo && of.includes(job) && isAfter({ seq, runId: id }, place))
          .slice(0, most),
      // As far back as clocks may be apart: all there is.
      before: async () => ({ seq: 0, runId: FIRST_RUN }),
    },
    shards: { heldSince: () => 0, held: () => [] },
    clock,
    logger: { warn: () => undefined, error: (what: unknown) => errors.push(what) } as unknown as Logger,
  });
  return {
    clock,
    scheduler,
    fired,
    errors,
    lastTicks,
    end(id: string) {
      const at = clock.now();
      all.push({ id, job: 'extract', status: 'SUCCEEDED', finishedAt: at, test: false, seq: all.length + 1 });
    },
    follow(id: string) {
      const state = aSchedule(id, {
        kind: 'AFTER_JOB',
        job: 'report',
        afterJob: 'extract',
        activeSince: clock.now() - 1,
      });
      schedules.set(id, { state, seq: 1 });
      told('schedule', id);
    },
  };
}
const isAfter = (one: EndPlace, other: EndPlace) =>
  one.seq > other.seq || (one.seq === other.seq && one.runId > other.runId);

/** A schedule has followed one end. */
async function afterOneEnd() {
  const world = afterWorld();
  const { clock, scheduler, end, follow } = world;
  await scheduler.start();
  follow('first');
  await clock.advance(200);
  end('a');
  await clock.advance(200);
  return world;
}

it('an end is dealt with once by each schedule, also while another that was made later still reads it', async () => {
  const { clock, scheduler, fired, end, follow } = await afterOneEnd();
  // Its place is before all ends there are, so a page begins there.
  follow('second');
  end('b');
  await clock.advance(200);
  expect(fired).toEqual({ first: ['a', 'b'], second: ['b'] });
  await scheduler.stop();
});

it('a scheduler that begins goes on after the last end that the log holds', async () => {
  const { clock, scheduler, fired, end } = await afterOneEnd();
  // Whoever takes the shard knows nothing but the log.
  scheduler.shardsMoved({ taken: Array.from({ length: 16 }, (_, n) => n), lost: [] });
  end('b');
  await clock.advance(200);
  expect(fired).toEqual({ first: ['a', 'b'] });
  await scheduler.stop();
});

it('a schedule whose last tick cannot be read follows nothing, says so once a minute, and stops no other', async () => {
  const { clock, scheduler, fired, errors, lastTicks, end, follow } = afterWorld();
  await scheduler.start();
  lastTicks.set('bad', { unreadable: 'no version 9 here' });
  follow('bad');
  follow('good');
  await clock.advance(200);
  end('a');
  await clock.advance(61_000);
  expect(fired).toEqual({ good: ['a'] });
  expect(errors).toEqual(Array(2).fill({ scheduleId: 'bad', reason: 'no version 9 here' }));
  await scheduler.stop();
});
