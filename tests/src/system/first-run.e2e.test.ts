import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiClient, isEnded } from './api-client.js';
import { startLocalServer } from './local-server.js';
import { descendants, processesNaming, type RunningPlatform, startPlatformProcess } from './running-platform.js';

let platform: RunningPlatform;
let api: ApiClient;

beforeAll(async () => {
  platform = await startPlatformProcess({ args: ['--schedulers', '2'] });
  api = new ApiClient(platform.url);
  await api.signIn(platform.email, platform.password);
});
afterAll(async () => {
  api?.[Symbol.dispose]();
  await platform?.[Symbol.asyncDispose]();
});

const createJob = (input: Record<string, unknown>) =>
  api.must('mutation ($input: JobInput!) { createJob(input: $input) { name revision } }', { input });
const enqueue = async (input: Record<string, unknown>) =>
  (
    await api.must(
      'mutation ($input: EnqueueInput!) { enqueue(input: $input) { duplicate position run { id status } } }',
      { input },
    )
  ).enqueue;

describe('a platform started with one command', () => {
  it('carries an HTTP job from a mutation to a signed webhook', async () => {
    await using server = await startLocalServer(({ path }) => ({ body: { echoed: path } }));
    const { createChannel } = await api.must(
      'mutation ($input: ChannelInput!) { createChannel(input: $input) { secret channel { id target } } }',
      {
        input: {
          name: 'ops',
          kind: 'WEBHOOK',
          url: `${server.url}/hook`,
          rules: [{ jobs: ['call.home'], statuses: ['SUCCEEDED'] }],
        },
      },
    );
    await createJob({
      name: 'call.home',
      kind: 'HTTP',
      spec: { method: 'POST', url: `${server.url}/job/{{input.id}}`, body: { id: '{{input.id}}' } },
    });
    const { run } = await enqueue({ job: 'call.home', input: { id: 7 } });

    const ended = await api.watchRun(run.id, isEnded);
    expect(ended).toMatchObject({ status: 'SUCCEEDED', result: { status: 200, body: { echoed: '/job/7' } } });
    const call = await server.next((r) => r.path === '/job/7');
    expect(JSON.parse(call.body)).toEqual({ id: 7 });

    const hook = await server.next((r) => r.path === '/hook');
    const payload = new Webhook(createChannel.secret).verify(hook.body, hook.headers as Record<string, string>);
    expect(payload).toMatchObject({
      type: 'run.succeeded',
      data: { runId: run.id, job: 'call.home', status: 'SUCCEEDED' },
    });
  });

  it("streams a shell job's lines while it still runs", async () => {
    const gate = join(await mkdtemp(join(tmpdir(), 'jobflow-gate-')), 'open');
    await createJob({
      name: 'talk',
      kind: 'SHELL',
      spec: { script: `echo first; while [ ! -e "${gate}" ]; do sleep 0.05; done; echo last; echo oops >&2` },
    });
    const { run } = await enqueue({ job: 'talk' });
    const seen: string[] = [];
    const frames = api.subscribe(
      'subscription ($id: ID!) { runLogs(runId: $id) { finished dropped lines { line stream message } } }',
      { id: run.id },
    );
    for await (const { runLogs } of frames) {
      for (const { stream, message } of runLogs.lines) seen.push(`${stream} ${message}`);
      if (seen.includes('STDOUT first')) await writeFile(gate, '');
      if (runLogs.finished) break;
    }
    expect(seen.filter((line) => line.startsWith('STDOUT'))).toEqual(['STDOUT first', 'STDOUT last']);
    expect(seen).toContain('STDERR oops');
    const { run: ended } = await api.must('query ($id: ID!) { run(id: $id) { status } }', { id: run.id });
    expect(ended.status).toBe('SUCCEEDED');
  });

  it('retries a failing job, then keeps it as a dead letter', async () => {
    await createJob({
      name: 'fails',
      kind: 'SHELL',
      spec: { script: 'echo trying; exit 3' },
      retry: { maxAttempts: 3, backoff: 'FIXED', initialDelayMs: 50, jitter: 'NONE' },
    });
    const { run } = await enqueue({ job: 'fails' });
    const ended = await api.watchRun(run.id, isEnded);
    expect(ended).toMatchObject({ status: 'FAILED', attempt: 3, deadLetter: 'OPEN' });
    const { run: full } = await api.must(
      'query ($id: ID!) { run(id: $id) { attempts { number status error { code } } timeline { type } logs { attempt message } } }',
      { id: run.id },
    );
    expect(full.attempts.map((a: { number: number; status: string }) => [a.number, a.status])).toEqual([
      [1, 'FAILED'],
      [2, 'FAILED'],
      [3, 'FAILED'],
    ]);
    expect(
      full.logs.filter((l: { message: string }) => l.message === 'trying').map((l: { attempt: number }) => l.attempt),
    ).toEqual([1, 2, 3]);
  });

  it('starts a delayed run when it is due, not before', async () => {
    await createJob({ name: 'later', kind: 'JAVASCRIPT', spec: { code: 'return { ran: true }' } });
    const { run } = await enqueue({ job: 'later', delayMs: 2000 });
    expect(run.status).toBe('SCHEDULED');
    const ended = await api.watchRun(run.id, isEnded);
    expect(ended.status).toBe('SUCCEEDED');
    expect(Date.parse(ended.startedAt)).toBeGreaterThanOrEqual(Date.parse(ended.dueAt));
  });

  it('fires every tick of a cron once, with two schedulers', async () => {
    expect(await platform.pids(/services\/scheduler/)).toHaveLength(2);
    const { createSchedule } = await api.must(
      'mutation ($input: ScheduleInput!) { createSchedule(input: $input) { id nextFires(count: 2) } }',
      { input: { job: 'noop', kind: 'CRON', cron: '*/2 * * * * *', timezone: 'UTC' } },
    );
    const frames = api.subscribe(
      'subscription ($id: ID!) { runUpdates(filter: { scheduleId: $id }) { runs { id status } } }',
      { id: createSchedule.id },
    );
    const done = new Set<string>();
    for await (const { runUpdates } of frames) {
      for (const run of runUpdates.runs) if (run.status === 'SUCCEEDED') done.add(run.id);
      if (done.size >= 4) break;
    }
    await api.must('mutation ($id: ID!) { pauseSchedule(id: $id) { enabled } }', { id: createSchedule.id });
    const { runs } = await api.must('query ($id: ID!) { runs(filter: { scheduleId: $id }) { nodes { dueAt } } }', {
      id: createSchedule.id,
    });
    for (const { dueAt } of runs.nodes) expect(Date.parse(dueAt) % 2000).toBe(0);
    const { scheduleFires } = await api.must(
      'query ($id: ID!, $from: DateTime!, $to: DateTime!) { scheduleFires(scheduleId: $id, from: $from, to: $to) { at outcome runId } }',
      { id: createSchedule.id, from: new Date(Date.now() - 60_000).toISOString(), to: new Date().toISOString() },
    );
    const ran = scheduleFires.filter((f: { outcome: string }) => f.outcome === 'RAN');
    const ticks = ran.map((f: { at: string }) => Date.parse(f.at)).sort((a: number, b: number) => a - b);
    expect(ticks.length).toBeGreaterThanOrEqual(4);
    ticks.forEach((at: number, i: number) => {
      expect(at % 2000).toBe(0);
      if (i > 0) expect(at - ticks[i - 1]).toBe(2000);
    });
    expect(new Set(ran.map((f: { runId: string }) => f.runId)).size).toBe(ticks.length);
  });

  it('keeps a job that no worker handles queued, and says why', async () => {
    const { run, position } = await enqueue({ job: 'image.process', input: {} });
    const said = await (async () => {
      const frames = api.subscribe(
        'subscription ($ids: [ID!], $after: String) { runUpdates(filter: { ids: $ids }, after: $after) { runs { id status whyNotRunning { code message } } } }',
        { ids: [run.id], after: position },
      );
      for await (const { runUpdates } of frames) {
        for (const r of runUpdates.runs)
          if (r.whyNotRunning.some((reason: { code: string }) => reason.code === 'NO_HANDLER')) return r;
      }
      return undefined;
    })();
    expect(said).toMatchObject({ status: 'QUEUED' });
    await api.must('mutation ($id: ID!) { cancelRun(id: $id) { status } }', { id: run.id });
  });

  it('cancels a running job from outside', async () => {
    await createJob({ name: 'sleeps', kind: 'SHELL', spec: { script: 'echo asleep; sleep 600' } });
    const { run } = await enqueue({ job: 'sleeps' });
    await api.watchRun(run.id, (r) => r.status === 'RUNNING');
    await api.must('mutation ($id: ID!) { cancelRun(id: $id, reason: "enough") { id } }', { id: run.id });
    expect(await api.watchRun(run.id, isEnded)).toMatchObject({ status: 'CANCELLED' });
  });

  it('serves the dashboard', async () => {
    const page = await fetch(platform.url);
    expect(page.status).toBe(200);
    expect(await page.text()).toMatch(/<script[^>]+type="module"/);
  });
});

describe('bad input', () => {
  const refused = async (query: string, variables: Record<string, unknown> = {}) => {
    const { errors } = await api.ask(query, variables);
    return {
      code: errors?.[0]?.extensions.code,
      fields: errors?.[0]?.extensions.fields,
      id: errors?.[0]?.extensions.correlationId,
    };
  };
  const enqueueQuery = 'mutation ($input: EnqueueInput!) { enqueue(input: $input) { run { id } } }';

  it('names the field of a wrong type', async () => {
    const answer = await refused(enqueueQuery, { input: { job: 'noop', priority: 'high' } });
    expect(answer).toMatchObject({ code: 'BAD_USER_INPUT', id: expect.any(String) });
    expect(Object.keys(answer.fields ?? {}).join()).toContain('priority');
  });

  it('says that an unknown job is not found', async () => {
    expect(await refused(enqueueQuery, { input: { job: 'nobody.knows' } })).toMatchObject({ code: 'NOT_FOUND' });
  });

  it('refuses input over 256 KiB', async () => {
    const answer = await refused(enqueueQuery, { input: { job: 'noop', input: 'x'.repeat(256 * 1024) } });
    expect(answer.code).toBe('BAD_USER_INPUT');
    expect(Object.keys(answer.fields ?? {})).toEqual(['input']);
  });

  it('answers malformed JSON with an error, not a stack', async () => {
    const response = await fetch(`${platform.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"query":',
    });
    const text = await response.text();
    expect(response.status).toBe(400);
    expect(JSON.parse(text).errors[0].extensions.code).toMatch(/BAD_USER_INPUT|BAD_REQUEST/);
    expect(text).not.toMatch(/\bat .*\.js:\d+/);
  });
});

describe('stopping and starting again', () => {
  it('says what it waits for when that takes a while', async () => {
    await createJob({ name: 'lingers', kind: 'SHELL', spec: { script: 'sleep 600' } });
    const { run } = await enqueue({ job: 'lingers' });
    await api.watchRun(run.id, (r) => r.status === 'RUNNING');
    expect(await platform.stop()).toBe(0);
    expect(platform.output()).toMatch(/Waiting for executor \(1 run finishes, or goes back to its queue after 5 s\)/);
    await platform.startAgain();
    api[Symbol.dispose]();
    api = new ApiClient(platform.url);
    await api.signIn(platform.email, platform.password);
    await api.must('mutation ($id: ID!) { cancelRun(id: $id) { status } }', { id: run.id });
    expect(await api.watchRun(run.id, isEnded)).toMatchObject({ status: 'CANCELLED' });
  });

  it('leaves no process behind, and finds all data again', async () => {
    const before = await api.must('{ jobs(first: 100) { nodes { name } } runs(first: 200) { nodes { id status } } }');
    const pids = await descendants(process.pid);
    expect(await platform.stop()).toBe(0);
    const left = await processesNaming(platform.dataDir);
    expect(left).toEqual([]);
    expect(pids.length).toBeGreaterThan(5);

    await platform.startAgain();
    using again = new ApiClient(platform.url);
    await again.signIn(platform.email, platform.password);
    const after = await again.must('{ jobs(first: 100) { nodes { name } } runs(first: 200) { nodes { id status } } }');
    expect(after.jobs.nodes).toEqual(before.jobs.nodes);
    expect(after.runs.nodes.map((r: { id: string }) => r.id)).toEqual(
      expect.arrayContaining(before.runs.nodes.map((r: { id: string }) => r.id)),
    );
  });
});
