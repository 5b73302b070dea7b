import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../platform/backed.js';
import { ApiClient, isEnded, type Loose } from '../system/api-client.js';
import { processesNaming, type RunningPlatform, startPlatformProcess } from '../system/running-platform.js';

let dir: string;
let notes: string;
let platform: RunningPlatform;
let api: ApiClient;

const sdk = new URL('../../../packages/sdk/dist/index.js', import.meta.url).href;
/** Each notes that it is up, and that it was told to end: those that heed it then end. */
const handlers = () => `
import { appendFileSync } from 'node:fs';
import { defineHandler } from ${JSON.stringify(sdk)};
const note = (what, runId) => appendFileSync(${JSON.stringify(notes)}, what + ' ' + runId + ' ' + Date.now() + '\\n');
const until = (name, heeds, isolation) => defineHandler(name, { isolation, module: import.meta.url }, ({ runId, signal }) =>
  new Promise((_, reject) => {
    setTimeout(reject, 600_000);
    signal.addEventListener('abort', () => {
      note('told', runId);
      if (heeds) reject(signal.reason);
    });
    note('up', runId);
  }));
export const heeds = until('heeds', true);
export const deaf = until('deaf', false);
export const apart = until('apart', true, 'process');
`;
/** Its children are deaf, so they end only if all of them are killed. */
const script = `trap 'echo "told $JOBFLOW_RUN_ID" >> "$1"; exit 0' TERM
for child in 1 2; do sh -c 'trap "" TERM; while :; do sleep 0.1; done' "$2" & done
echo "up $JOBFLOW_RUN_ID" >> "$1"
while :; do wait; done`;
const code = `log('up');
await new Promise((_, reject) => {
  setTimeout(reject, 600_000);
  signal.addEventListener('abort', () => { log('told'); reject(signal.reason); });
});`;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'jobflow-cancelled-'));
  notes = join(dir, 'notes');
  const handlersDir = join(dir, 'handlers');
  await Promise.all([writeFile(notes, ''), mkdir(handlersDir)]);
  await writeFile(join(handlersDir, 'until.mjs'), handlers());
  platform = await startPlatformProcess({ args: ['--handlers', handlersDir] });
  api = new ApiClient(platform.url);
  await api.signIn(platform.email, platform.password);
  await createJob({ name: 'shell', kind: 'SHELL', spec: { script, args: [notes, mark()] } });
  await createJob({ name: 'nobody', kind: 'HANDLER' });
  await createJob({ name: 'code', kind: 'JAVASCRIPT', spec: { code } });
});
afterAll(async () => {
  api?.[Symbol.dispose]();
  await platform?.[Symbol.asyncDispose]();
  await rm(dir, { recursive: true, force: true });
});

/** In the command line of what the SHELL job starts. */
const mark = () => join(dir, 'mark');
const createQueue = (name: string, input: Loose = {}) =>
  api.must('mutation ($name: String!, $input: QueueInput!) { configureQueue(name: $name, input: $input) { name } }', {
    name,
    input,
  });
const createJob = (input: Loose) =>
  api.must('mutation ($input: JobInput!) { createJob(input: $input) { name } }', { input });
const enqueue = async (input: Loose): Promise<string> => {
  const query = 'mutation ($input: EnqueueInput!) { enqueue(input: $input) { run { id } } }';
  return (await api.must(query, { input })).enqueue.run.id;
};
/** What cancelRun answers, and when the answer was here. */
const cancel = async (id: string): Promise<{ answer: Loose; acknowledgedAt: number }> => {
  const query = 'mutation ($id: ID!) { cancelRun(id: $id) { status cancelRequestedAt } }';
  const { cancelRun: answer } = await api.must(query, { id });
  return { answer, acknowledgedAt: Date.now() };
};
const logged = async (id: string): Promise<string[]> => {
  const { run } = await api.must('query ($id: ID!) { run(id: $id) { logs { message } } }', { id });
  return run.logs.map(({ message }: Loose) => message);
};
type Note = 'up' | 'told';
/** What was noted of a run: a handler adds when, the SHELL job does not. */
const note = async (what: Note, id: string): Promise<string[] | undefined> =>
  (await readFile(notes, 'utf8'))
    .split('\n')
    .map((line) => line.split(' '))
    .find(([one, of]) => one === what && of === id);
const noted = async (what: Note, id: string): Promise<boolean> => (await note(what, id)) !== undefined;
/** When a handler noted it; never is infinitely late. */
const notedAt = async (what: Note, id: string): Promise<number> => {
  const [, , at] = (await note(what, id)) ?? [];
  return at === undefined ? Number.POSITIVE_INFINITY : Number(at);
};

describe('cancelRun', () => {
  it('has cancelled a run that waits when it answers, whatever it waits for, and it never starts', async () => {
    await createQueue('resting');
    await createQueue('narrow', { concurrency: 1 });
    await api.must('mutation { pauseQueue(name: "resting") { paused } }');
    const running = await enqueue({ job: 'heeds', queue: 'narrow' });
    await api.watchRun(running, ({ status }) => status === 'RUNNING');
    const waiting = {
      due: await enqueue({ job: 'heeds', delayMs: 3_600_000 }),
      paused: await enqueue({ job: 'heeds', queue: 'resting' }),
      limited: await enqueue({ job: 'heeds', queue: 'narrow' }),
      unserved: await enqueue({ job: 'nobody' }),
    };
    // Knows no position: it sees the read model as it is, and waits for nothing.
    using stranger = new ApiClient(platform.url);
    await stranger.signIn(platform.email, platform.password);
    for (const [why, id] of Object.entries(waiting)) {
      const { answer } = await cancel(id);
      const { run } = await stranger.must('query ($id: ID!) { run(id: $id) { status } }', { id });
      expect([why, answer.status, run.status]).toEqual([why, 'CANCELLED', 'CANCELLED']);
    }
    await api.must('mutation { resumeQueue(name: "resting") { paused } }');
    await cancel(running);
    for (const queue of ['resting', 'narrow']) {
      const next = await enqueue({ job: 'heeds', queue });
      await until(() => noted('up', next), `what comes next in ${queue} runs`);
      await cancel(next);
    }
    for (const id of Object.values(waiting)) expect(await noted('up', id)).toBe(false);
  });

  it('ends what runs: the code is told to within a second of the answer, and killed with all it started', async () => {
    const ids: Record<string, string> = {};
    for (const job of ['heeds', 'deaf', 'apart', 'shell', 'code']) ids[job] = await enqueue({ job });
    const { heeds = '', deaf = '', apart = '', shell = '', code: script = '' } = ids;
    for (const id of [heeds, deaf, apart, shell]) await until(() => noted('up', id), `run ${id} is up`);
    await until(async () => (await logged(script)).includes('up'), 'the JavaScript job is up');
    for (const id of Object.values(ids)) await api.watchRun(id, ({ status }) => status === 'RUNNING');
    expect((await processesNaming(mark())).length).toBeGreaterThanOrEqual(3);

    const acknowledged = new Map<string, number>();
    for (const id of Object.values(ids)) acknowledged.set(id, (await cancel(id)).acknowledgedAt);
    for (const id of Object.values(ids)) expect(await api.watchRun(id, isEnded)).toMatchObject({ status: 'CANCELLED' });
    // Both are told by the executor, which hears of it as soon as it is in the log. The answer waits for the projector and
    // the database besides, and comes some 30 ms after them, also while others take all the processor time.
    for (const id of [heeds, deaf]) expect(await notedAt('told', id)).toBeLessThan((acknowledged.get(id) ?? 0) + 1_000);
    // Ended by themselves, not killed when their time was over.
    for (const id of [apart, shell]) expect(await noted('told', id)).toBe(true);
    expect(await logged(script)).toContain('told');
    await until(async () => (await processesNaming(mark())).length === 0, 'all that the SHELL job started is gone');
  });
});
