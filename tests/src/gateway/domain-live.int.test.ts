import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ApiClient } from '../system/api-client.js';
import { createJob, type DomainHouse, enqueue, eventually, openDomainHouse } from './domain-house.js';

let home: DomainHouse;
let api: ApiClient;
beforeAll(async () => {
  home = await openDomainHouse();
  api = home.api;
  await createJob(api, { name: 'noop' });
  await createJob(api, { name: 'quiet' });
});
afterAll(() => home[Symbol.asyncDispose]());

// biome-ignore lint/suspicious/noExplicitAny: frames have the shape of whatever was asked
type Frame = Record<string, any>;

/** Frames of a subscription as they come; `next` waits for the first that meets the condition. */
class Frames implements AsyncDisposable {
  readonly seen: Frame[] = [];
  readonly #iterator: AsyncGenerator<Frame>;
  ended = false;

  constructor(client: ApiClient, query: string, variables: Record<string, unknown> = {}) {
    this.#iterator = client.subscribe(query, variables);
  }

  async next(holds: (frame: Frame) => boolean = () => true): Promise<Frame> {
    for (;;) {
      const { value, done } = await this.#iterator.next();
      if (done) {
        this.ended = true;
        throw new Error(`the subscription ended after ${JSON.stringify(this.seen)}`);
      }
      const [frame] = Object.values(value) as [Frame];
      this.seen.push(frame);
      if (holds(frame)) return frame;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#iterator.return(undefined);
  }
}

const RUNS = `subscription ($filter: RunFilter, $after: String) {
  runUpdates(filter: $filter, after: $after) { runs { id status revision input result progress } left position skipped gap } }`;
const statusesOf = (frames: Frames, id: string) =>
  frames.seen.flatMap((frame) => frame.runs.filter((run: Frame) => run.id === id).map((run: Frame) => run.status));

describe('runUpdates', () => {
  it('begins after the position it is given, and tells each change once', async () => {
    const { run, position } = await enqueue(api, { job: 'noop', input: { x: 1 } });
    await using frames = new Frames(api, RUNS, { filter: { ids: [run.id] }, after: position });
    await home.worker.start(run.id);
    await frames.next(({ runs }) => runs.some((one: Frame) => one.status === 'RUNNING'));
    await home.worker.progress(run.id, 50);
    await frames.next(({ runs }) => runs.some((one: Frame) => one.progress === 50));
    await home.worker.succeed(run.id, { y: 2 });
    const last = await frames.next(({ runs }) => runs.some((one: Frame) => one.status === 'SUCCEEDED'));
    expect(last.runs[0]).toMatchObject({ input: { x: 1 }, result: { y: 2 } });
    expect(statusesOf(frames, run.id)).toEqual(['RUNNING', 'RUNNING', 'SUCCEEDED']);
    expect(frames.seen.every(({ gap }) => !gap)).toBe(true);
    const revisions = frames.seen.flatMap(({ runs }) => runs.map((one: Frame) => one.revision));
    expect(revisions).toEqual([...new Set(revisions)]);
  });

  it('resumes: what changed in between comes in the first frame, with what was conflated', async () => {
    const { run, position } = await enqueue(api, { job: 'noop' });
    await home.worker.start(run.id);
    await home.worker.succeed(run.id);
    await eventually(
      api,
      'query ($id: ID!) { run(id: $id) { status } }',
      { id: run.id },
      (data) => data.run.status === 'SUCCEEDED',
    );
    await using frames = new Frames(api, RUNS, { filter: { ids: [run.id] }, after: position });
    const first = await frames.next();
    expect(first).toMatchObject({ runs: [{ id: run.id, status: 'SUCCEEDED' }], skipped: 1, gap: false, left: [] });
  });

  it('names the runs that leave the filter, once, and no others', async () => {
    const { run: before, position } = await enqueue(api, { job: 'noop', tags: ['leaves'] });
    await using frames = new Frames(api, RUNS, {
      filter: { statuses: ['QUEUED', 'RUNNING'], tags: ['leaves'] },
      after: position,
    });
    const { run: foreign } = await enqueue(api, { job: 'quiet' });
    await home.worker.start(before.id);
    await frames.next(({ runs }) => runs.some((one: Frame) => one.status === 'RUNNING'));
    await home.worker.succeed(before.id);
    await home.worker.succeed(foreign.id);
    await frames.next(({ left }) => left.includes(before.id));
    await home.worker.progress(before.id, 10);
    const { run: marker } = await enqueue(api, { job: 'noop', tags: ['leaves'] });
    await frames.next(({ runs }) => runs.some((one: Frame) => one.id === marker.id));
    expect(frames.seen.flatMap(({ left }) => left)).toEqual([before.id]);
  });

  it('never lets go of what has ended for good', async () => {
    await using frames = new Frames(api, RUNS, { filter: { statuses: ['FAILED'] } });
    const { run: fine } = await enqueue(api, { job: 'noop' });
    await home.worker.succeed(fine.id);
    const { run: bad } = await enqueue(api, { job: 'noop' });
    await home.worker.fail(bad.id);
    await frames.next(({ runs }) => runs.some((one: Frame) => one.id === bad.id));
    expect(frames.seen.flatMap(({ left }) => left)).toEqual([]);
  });

  it('says so when more changed than a frame holds', async () => {
    const { position } = await enqueue(api, { job: 'noop' });
    const MANY = 'mutation ($inputs: [EnqueueInput!]!) { enqueueMany(inputs: $inputs) { position } }';
    for (const size of [1000, 200]) {
      await api.must(MANY, { inputs: Array.from({ length: size }, () => ({ job: 'noop', tags: ['many'] })) });
    }
    await eventually(
      api,
      '{ runFacets(by: TAG, filter: { tags: ["many"] }) { count } }',
      {},
      (data) => data.runFacets[0]?.count === 1200,
    );
    await using frames = new Frames(api, RUNS, { filter: { tags: ['many'] }, after: position });
    const first = await frames.next();
    expect(first.gap).toBe(true);
    expect(first.runs).toHaveLength(1000);
  });

  it('refuses what belongs to one run, and positions that are none', async () => {
    const wrong = async (query: string, variables = {}) => {
      await using frames = new Frames(await home.signedIn(), query, variables);
      return frames.next().then(
        () => 'was taken',
        (error: Error) => error.message,
      );
    };
    expect(await wrong('subscription { runUpdates { runs { id timeline { type } } } }')).toContain('timeline');
    expect(
      await wrong(
        'subscription { runUpdates { runs { ...More } } } fragment More on Run { attempts { number } logs { line } }',
      ),
    ).toContain('attempts');
    expect(await wrong(RUNS, { after: 'nonsense' })).toContain('BAD_USER_INPUT');
    expect(await wrong(RUNS, { filter: { retryOf: 'nonsense' } })).toContain('BAD_USER_INPUT');
  });

  it('takes a position this log has never reached for a gap', async () => {
    const beyond = btoa('1:99999999:1').replace(/=+$/, '');
    await using frames = new Frames(api, RUNS, { after: beyond });
    expect(await frames.next()).toMatchObject({ gap: true, runs: [] });
    const { run } = await enqueue(api, { job: 'noop' });
    await frames.next(({ runs }) => runs.some((one: Frame) => one.id === run.id));
  });
});

describe('runLogs', () => {
  const LOGS =
    'subscription ($id: ID!, $afterLine: Int) { runLogs(runId: $id, afterLine: $afterLine) { lines { line message } dropped finished } }';

  it('gives what is stored, then what comes, and ends when the run has ended and all of it is told', async () => {
    const { run } = await enqueue(api, { job: 'noop' });
    await home.worker.start(run.id);
    await home.worker.logs(run.id, ['first']);
    await using frames = new Frames(api, LOGS, { id: run.id });
    await frames.next(({ lines }) => lines.some((line: Frame) => line.message === 'first'));
    await home.worker.logs(run.id, ['second', 'third'], { dropped: 2 });
    await frames.next(({ lines }) => lines.some((line: Frame) => line.message === 'third'));
    await home.worker.logs(run.id, ['last words']);
    await home.worker.succeed(run.id);
    await frames.next(({ finished }) => finished);
    expect(frames.seen.flatMap(({ lines }) => lines.map((line: Frame) => `${line.line} ${line.message}`))).toEqual([
      '1 first',
      '2 second',
      '3 third',
      '4 last words',
    ]);
    expect(frames.seen.reduce((sum, { dropped }) => sum + dropped, 0)).toBe(2);
    await expect(frames.next()).rejects.toThrow('ended');
    await using rest = new Frames(api, LOGS, { id: run.id, afterLine: 3 });
    expect(await rest.next()).toEqual({ lines: [{ line: 4, message: 'last words' }], dropped: 0, finished: true });
    await expect(rest.next()).rejects.toThrow('ended');
  });

  it('of a run that wrote nothing just says that it is over', async () => {
    const { run } = await enqueue(api, { job: 'noop' });
    await using frames = new Frames(api, LOGS, { id: run.id });
    await home.worker.succeed(run.id);
    expect(await frames.next()).toEqual({ lines: [], dropped: 0, finished: true });
  });

  it('of an unknown run is refused', async () => {
    await using frames = new Frames(await home.signedIn(), LOGS, { id: '01890000-0000-7000-8000-000000000000' });
    await expect(frames.next()).rejects.toThrow('NOT_FOUND');
  });
});

describe('figures', () => {
  it('stats begin with the state now and follow what happens', async () => {
    await using frames = new Frames(
      api,
      'subscription { stats { total queued succeeded jobs position projectionLagMs windowMs perMinute successRate } }',
    );
    const first = await frames.next();
    expect(first).toMatchObject({ jobs: 2, windowMs: 3_600_000 });
    const { run } = await enqueue(api, { job: 'noop' });
    await frames.next(({ total }) => total === first.total + 1);
    await home.worker.succeed(run.id);
    const last = await frames.next(({ succeeded }) => succeeded === first.succeeded + 1);
    expect(last.perMinute).toBeGreaterThan(0);
    expect(last.successRate).toBeGreaterThan(0);
    const { stats } = await api.must(
      '{ stats(windowMs: 60000) { total scheduled blocked queued running retrying succeeded failed cancelled expired deadLetters pausedQueues workers avgDurationMs } }',
    );
    const { total, scheduled, blocked, queued, running, retrying, succeeded, failed, cancelled, expired } = stats;
    expect(scheduled + blocked + queued + running + retrying + succeeded + failed + cancelled + expired).toBe(total);
    expect(stats).toMatchObject({ pausedQueues: 0, deadLetters: 1 });
  });

  it('queues are told whole whenever one changes', async () => {
    await using frames = new Frames(
      api,
      'subscription { queueUpdates { name depth active failed paused pauseReason workers enqueuedPerMinute finishedPerMinute avgDurationMs waitP95Ms oldestWaitMs etaMs } }',
    );
    const first = (await frames.next()).find((queue: Frame) => queue.name === 'default');
    expect(first.depth).toBeGreaterThan(0);
    expect(first.oldestWaitMs).toBeGreaterThan(0);
    expect(first.enqueuedPerMinute).toBeGreaterThan(0);
    await api.must('mutation { pauseQueue(name: "default", reason: "tea") { paused pausedBy pausedAt } }');
    await frames.next((queues) =>
      queues.some((queue: Frame) => queue.name === 'default' && queue.paused && queue.pauseReason === 'tea'),
    );
    await api.must('mutation { resumeQueue(name: "default") { paused } }');
    await frames.next((queues) =>
      queues.some((queue: Frame) => queue.name === 'default' && !queue.paused && queue.pauseReason === null),
    );
  });

  it('workers are told whole whenever one changes', async () => {
    await using frames = new Frames(api, 'subscription { workerUpdates { id status handlers kinds } }');
    await frames.next();
    await home.worker.isKnown({ id: 'w-live' });
    await frames.next((workers) =>
      workers.some((worker: Frame) => worker.id === 'w-live' && worker.status === 'ONLINE'),
    );
    await home.worker.isKnown({ id: 'w-live', status: 'DRAINING' });
    await frames.next((workers) =>
      workers.some((worker: Frame) => worker.id === 'w-live' && worker.status === 'DRAINING'),
    );
    const { jobKinds, handlers } = await api.must(
      '{ jobKinds { kind enabled reason specSchema } handlers { name workers queues job { name } } }',
    );
    await home.worker.isKnown();
    expect(jobKinds).toHaveLength(6);
    expect(jobKinds.find((one: Frame) => one.kind === 'HTTP').specSchema).toMatchObject({
      type: 'object',
      required: ['url'],
    });
    expect(Array.isArray(handlers)).toBe(true);
  });

  it('jobs are told when their definition or their runs change', async () => {
    await using frames = new Frames(
      api,
      'subscription { jobUpdates(names: ["noop"]) { name title active waiting lastRun { id status } outcomes(last: 1) { runId status } } }',
    );
    // Nothing is told of the time before: so change things until the first frame shows that somebody listens.
    let heard = false;
    const first = frames.next().finally(() => (heard = true));
    for (let n = 0; !heard; n++) {
      await api.must('mutation ($title: String) { updateJob(name: "quiet", input: { title: $title }) { name } }', {
        title: `Other ${n}`,
      });
      await api.must('mutation ($title: String) { updateJob(name: "noop", input: { title: $title }) { name } }', {
        title: `Title ${n}`,
      });
    }
    expect((await first).map((job: Frame) => job.name)).toEqual(['noop']);
    const { run } = await enqueue(api, { job: 'noop' });
    await home.worker.succeed(run.id);
    await frames.next((jobs) => jobs[0].outcomes[0]?.runId === run.id && jobs[0].lastRun.id === run.id);
  });
});
