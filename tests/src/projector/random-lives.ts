import {
  activeSubject,
  claimSubject,
  controlSubject,
  defaultRetryPolicy,
  outcomeSubject,
  queuedSubject,
  type RunDefinition,
  type RunEvent,
  tickSubject,
} from '@jobflow/contracts';
import type { EventLog } from '@jobflow/platform';

/** A message of the run log, before it is stored. */
export interface Told {
  subject: string;
  events: RunEvent[];
}

/** The same numbers for the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const QUEUES = ['default', 'mail', 'slow-lane'];
const JOBS = ['email.send', 'report.generate', 'noop'];
const DAY = 86_400_000;

/**
 * Lives of runs as a log may hold them: every kind of end, retries, snoozes, claims, ticks, and what comes late, twice or
 * for nobody, and flows of them. Interleaved at random; the order within one life is kept.
 */
export function randomLives(count: number, seed: number, now: number, { flows = true } = {}): Told[] {
  const random = seeded(seed);
  const lives = Array.from({ length: count }, (_, n) => life(n, random, now, flows));
  const told: Told[] = [];
  const open = lives.map((steps) => steps.values());
  while (open.length > 0) {
    const at = Math.floor(random() * Math.min(open.length, 40));
    const step = open[at]?.next();
    if (!step || step.done) open.splice(at, 1);
    else told.push(step.value);
  }
  return gather(told, random);
}

/** Facts of one subject often travel together; a RunQueued always travels alone. */
function gather(told: readonly Told[], random: () => number): Told[] {
  const out: Told[] = [];
  for (const message of told) {
    const last = out.at(-1);
    const alone = message.subject.includes('.queued.') || message.subject.includes('.claim.');
    if (last && !alone && last.subject === message.subject && random() < 0.8) last.events.push(...message.events);
    else out.push({ subject: message.subject, events: [...message.events] });
  }
  return out;
}

const hex = (random: () => number, digits: number): string =>
  Array.from({ length: digits }, () => Math.floor(random() * 16).toString(16)).join('');

/** A UUIDv7 of that instant. */
export function idAt(ms: number, random: () => number): string {
  const time = ms.toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${hex(random, 3)}-8${hex(random, 3)}-${hex(random, 12)}`;
}

const pick = <T>(from: readonly T[], random: () => number): T => from[Math.floor(random() * from.length)] as T;

interface FlowLife {
  take(...nodes: Life[]): void;
  cancel(): void;
  retry(n: number): void;
}

/** One run's messages, by a script drawn at random. */
class Life {
  readonly told: Told[] = [];
  readonly run: RunDefinition;
  private at: number;
  private attempt = 1;
  private delivery = 0;
  private claim = 0;
  private reschedules = 0;
  private worker: string;

  constructor(
    n: number,
    private readonly random: () => number,
    now: number,
  ) {
    // A few are from yesterday, one in a hundred has an id of a clock that is far off.
    const back = random() < 0.05 ? DAY : Math.floor(random() * 300_000);
    this.at = now - back - 600_000;
    const id =
      random() < 0.01
        ? `f${hex(random, 7)}-${hex(random, 4)}-4${hex(random, 3)}-8${hex(random, 3)}-${hex(random, 12)}`
        : idAt(this.at, random);
    this.worker = `worker-${n % 4}`;
    this.run = {
      id,
      job: pick(JOBS, random),
      jobRevision: 1,
      kind: 'HANDLER',
      queue: pick(QUEUES, random),
      priority: 1 + Math.floor(random() * 10),
      input: { n, text: 'naïve \u0000 \ud800 "quoted" \\ back' },
      retry: { ...defaultRetryPolicy, maxAttempts: 3 },
      timeout: {},
      tags: random() < 0.3 ? ['nightly', 'a,b"c'] : [],
      createdAt: this.at,
      createdBy: 'test',
      traceparent: `00-${hex(random, 32)}-${hex(random, 16)}-01`,
    };
  }

  private tick(): number {
    this.at += 1 + Math.floor(this.random() * 3_000);
    return this.at;
  }
  private say(subject: string, event: RunEvent): this {
    this.told.push({ subject, events: [event] });
    return this;
  }
  private on() {
    return {
      runId: this.run.id,
      attempt: this.attempt,
      delivery: this.delivery,
      claim: this.claim,
      workerId: this.worker,
    };
  }
  private ended() {
    const startedAt = this.tick();
    return { ...this.on(), startedAt, finishedAt: startedAt + Math.floor(this.random() * 9_000) };
  }
  private get outcome() {
    return outcomeSubject(this.run.queue);
  }

  queued(): this {
    const { run, attempt, delivery } = this;
    return this.say(queuedSubject(run.queue, run.priority), { type: 'RunQueued', run, attempt, delivery });
  }
  planned(): this {
    const dueAt = this.at + 60_000;
    return this.say(controlSubject(this.run.queue), { type: 'RunPlanned', run: this.run, dueAt });
  }
  started(): this {
    return this.say(activeSubject(this.run.queue), { type: 'RunStarted', ...this.on(), startedAt: this.tick() });
  }
  progressed(): this {
    const progress = Math.floor(this.random() * 100);
    return this.say(activeSubject(this.run.queue), {
      type: 'RunProgressed',
      ...this.on(),
      progress,
      message: `${progress} done`,
    });
  }
  succeeded(): this {
    return this.say(this.outcome, { type: 'RunSucceeded', ...this.ended(), result: { ok: true, odd: '\u0000' } });
  }
  failed(next: 'retry' | 'dead'): this {
    const ended = this.ended();
    const error = {
      message: 'it broke',
      fingerprint: `fp-${this.run.job}`,
      retryable: next === 'retry',
      stack: 'at line 1',
    };
    return this.say(this.outcome, {
      type: 'RunAttemptFailed',
      ...ended,
      status: 'FAILED',
      error,
      next:
        next === 'retry' ? { kind: 'retry', at: ended.finishedAt + 1_000 } : { kind: 'dead', reason: 'not-retryable' },
    });
  }
  snoozed(): this {
    const ended = this.ended();
    return this.say(this.outcome, { type: 'RunSnoozed', ...ended, until: ended.finishedAt + 5_000 });
  }
  returned(reason: 'drained' | 'no-handler' | 'rescheduled'): this {
    const at = this.tick();
    return this.say(this.outcome, { type: 'RunReturned', ...this.on(), reason, at, notBefore: at + 500 });
  }
  /** Names those who held the permits, as far as they are known. */
  limited(limit: 'concurrency' | 'rate', holders: { runId: string; delivery: number }[] = []): this {
    const at = this.tick();
    const key = `job:${this.run.job}`;
    const until = limit === 'rate' ? { until: at + 700 } : { holders };
    return this.say(this.outcome, { type: 'RunLimited', ...this.on(), key, limit, at, ...until });
  }
  again(attempt: boolean): this {
    this.delivery++;
    if (attempt) this.attempt++;
    return this.queued();
  }
  /** What is said next is about the next queueing, of the same attempt. */
  later(): this {
    this.delivery++;
    return this;
  }
  claimed(): this {
    const { attempt, delivery } = this;
    this.worker = `${this.worker}-b`;
    const event: RunEvent = {
      type: 'RunClaimed',
      runId: this.run.id,
      attempt,
      delivery,
      workerId: this.worker,
      n: this.claim + 1,
    };
    this.say(claimSubject(this.run.queue, this.run.id), event);
    return this;
  }
  /** From now on it speaks under the new claim. */
  underClaim(): this {
    this.claim++;
    return this;
  }
  cancelRequested(): this {
    return this.say(controlSubject(this.run.queue), {
      type: 'RunCancelRequested',
      runId: this.run.id,
      reason: 'not needed',
    });
  }
  rescheduled(at = this.at + 90_000, priority?: number): this {
    this.reschedules++;
    return this.say(controlSubject(this.run.queue), {
      type: 'RunRescheduled',
      runId: this.run.id,
      at,
      ...(priority !== undefined && { priority }),
    });
  }
  /** Queued by a scheduler that knows of every reschedule. */
  aware(): this {
    const { run, attempt, delivery, reschedules } = this;
    return this.say(queuedSubject(run.queue, run.priority), { type: 'RunQueued', run, attempt, delivery, reschedules });
  }
  cancelled(): this {
    return this.say(this.outcome, { type: 'RunCancelled', ...this.ended() });
  }
  expired(): this {
    this.run.expiresAt = this.at + 10;
    const at = this.at + 20;
    return this.say(controlSubject(this.run.queue), { type: 'RunExpired', runId: this.run.id, at });
  }
  fired(): this {
    const scheduleId = `schedule-${this.run.job}`;
    const tick = this.run.createdAt;
    Object.assign(this.run, { scheduleId, fireAt: tick });
    return this.say(tickSubject(this.run.queue, scheduleId), {
      type: 'ScheduleTicked',
      scheduleId,
      tick,
      outcome: 'fired',
      runId: this.run.id,
    });
  }
  limitedJob(): this {
    this.run.limits = { concurrency: 2 };
    return this;
  }
  retryOf(other: RunDefinition, operationId?: string): this {
    this.run.retryOf = other.id;
    if (operationId) this.run.operationId = operationId;
    return this;
  }
  redriven(by: RunDefinition, operationId: string): this {
    return this.letter({ type: 'RunDeadLetterRedriven', runId: this.run.id, by: by.id, operationId });
  }
  discarded(operationId: string): this {
    return this.letter({ type: 'RunDeadLetterDiscarded', runId: this.run.id, operationId, reason: 'too old \u0000' });
  }
  reopened(operationId: string): this {
    return this.letter({ type: 'RunDeadLetterReopened', runId: this.run.id, operationId });
  }
  private letter(event: RunEvent): this {
    return this.say(controlSubject(this.run.queue), event);
  }
  /** A node of a flow that waits for others; its input is a template over their results. */
  blocked(): this {
    const { run } = this;
    if (run.flow) run.flow.templated = true;
    run.input = { from: '{{parents.n0.result.ok}}' };
    return this.say(controlSubject(run.queue), { type: 'RunPlanned', run, dueAt: run.createdAt, blocked: true });
  }
  /** Queued with its input as it is once its templates are filled. */
  filled(): this {
    const { run, attempt, delivery } = this;
    const event: RunEvent = { type: 'RunQueued', run: { ...run, input: { from: true } }, attempt, delivery };
    return this.say(queuedSubject(run.queue, run.priority), event);
  }
  inputFailed(): this {
    const error = { message: 'too large', code: 'TEMPLATE_TOO_LARGE', fingerprint: 'fp', retryable: false };
    const event: RunEvent = {
      type: 'RunInputFailed',
      runId: this.run.id,
      delivery: this.delivery,
      at: this.tick(),
      error,
    };
    return this.say(controlSubject(this.run.queue), event);
  }
  /** Its next message is that of its second queueing as a first attempt. */
  restarted(): this {
    this.delivery++;
    this.attempt = 1;
    return this;
  }
  flow(nodes: readonly Life[], dependsOn: readonly number[][], runsAnyway: number[] = []): FlowLife {
    const id = this.operation();
    const { queue, createdAt } = this.run;
    for (const [n, node] of nodes.entries()) node.run.flow = { id, key: `n${n}` };
    this.say(controlSubject(queue), {
      type: 'FlowCreated',
      id,
      queue,
      createdAt,
      tags: ['f'],
      callbackUrl: 'https://example.com/done',
      nodes: nodes.map(({ run }, n) => ({
        key: `n${n}`,
        runId: run.id,
        job: run.job,
        dependsOn: dependsOn[n] ?? [],
        ...(runsAnyway.includes(n) && { onDependencyFailure: 'RUN' as const }),
      })),
    });
    const say = (event: RunEvent) => this.say(controlSubject(queue), event);
    return {
      /** What the nodes have said so far goes into the one life of the flow, in this order. */
      take: (...some) => {
        for (const node of some) if (node !== this) this.told.push(...node.told.splice(0));
      },
      cancel: () =>
        say({ type: 'FlowCancelRequested', flowId: id, reason: 'enough', runIds: nodes.map(({ run }) => run.id) }),
      retry: (n) => say({ type: 'FlowRetryRequested', flowId: id, n }),
    };
  }
  operation(): string {
    return idAt(this.at, this.random);
  }
}

const scripts: ((run: Life, make: () => Life) => Life[])[] = [
  (r) => [r.queued().succeeded()],
  (r) => [r.queued().started().progressed().progressed().succeeded()],
  (r) => [r.queued().failed('retry').again(true).started().succeeded()],
  (r) => [r.queued().failed('retry').again(true).failed('retry').again(true).failed('retry')],
  (r) => [r.planned().queued().succeeded()],
  (r) => [r.planned().cancelRequested()],
  (r) => [r.queued().snoozed().again(false).succeeded()],
  (r) => [r.queued().returned('no-handler').again(false).returned('drained').again(false).succeeded()],
  (r) => [r.queued().cancelRequested().succeeded()],
  (r) => [r.queued().started().cancelRequested().cancelled()],
  (r) => [r.planned().rescheduled().aware().succeeded()],
  (r) => [r.planned().rescheduled().queued().returned('rescheduled').later().aware().succeeded()],
  (r) => [r.planned().rescheduled().queued().started().succeeded()],
  (r) => [r.queued().rescheduled(undefined, 9).returned('rescheduled').later().aware().started().succeeded()],
  (r) => [r.queued().rescheduled().started().rescheduled().succeeded()],
  (r) => [r.queued().rescheduled().cancelRequested().succeeded()],
  (r) => [r.queued().failed('retry').rescheduled(0).again(true).failed('dead').rescheduled()],
  (r) => [r.expired().queued().rescheduled().expired()],
  (r) => [r.limitedJob().queued().limited('concurrency').rescheduled().cancelRequested()],
  (r) => [r.limitedJob().queued().limited('concurrency').rescheduled(0).later().aware().limited('rate')],
  (r) => [r.limitedJob().queued().limited('concurrency').again(false).rescheduled().succeeded()],
  (r) => [r.queued().started().claimed().succeeded().underClaim().succeeded()],
  (r) => [r.queued().queued().succeeded().succeeded()],
  (r) => [r.fired().queued().succeeded()],
  (r) => [r.succeeded()],
  (r) => [r.queued()],
  (r) => [r.queued().started()],
  (r, make) => {
    const again = make().retryOf(r.run).queued().succeeded();
    r.queued().failed('dead');
    r.told.push(...again.told);
    return [r];
  },
  (r) => [r.expired().queued().expired()],
  (r, make) => {
    const id = r.operation();
    const again = make().retryOf(r.run, id).queued().succeeded();
    r.queued().failed('dead');
    r.told.push(...again.told);
    return [r.redriven(again.run, id).redriven(again.run, id).discarded(id)];
  },
  (r) => [r.queued().failed('dead').discarded(r.operation()).reopened(r.operation()).reopened(r.operation())],
  (r) => [r.queued().discarded(r.operation()).failed('dead').discarded(r.operation())],
  (r) => [r.limitedJob().queued().limited('rate').again(false).succeeded()],
  (r) => [r.limitedJob().queued().limited('concurrency')],
  // Its job has that limit only since it was enqueued.
  (r) => [r.queued().limited('concurrency').again(false).succeeded()],
  (r) => [r.limitedJob().queued().limited('concurrency').again(false).limited('concurrency')],
  (r) => [r.limitedJob().queued().limited('concurrency').again(false).cancelRequested()],
  (r) => [r.limitedJob().queued().limited('concurrency').cancelRequested()],
  (r) => [r.limitedJob().queued().limited('concurrency').succeeded().again(false).started().failed('dead')],
  (r) => [r.limitedJob().queued().started().succeeded()],
  (r) => [r.limitedJob().queued().returned('drained').again(false).succeeded()],
  (r, make) => {
    // Its holder's end stands before its refusal: it is woken at once.
    const holder = make().limitedJob().queued().succeeded();
    r.limitedJob();
    r.run.job = holder.run.job;
    return [holder, r.queued().limited('concurrency', [{ runId: holder.run.id, delivery: 0 }])];
  },
  (r, make) => {
    const holder = make().limitedJob().queued();
    r.limitedJob();
    r.run.job = holder.run.job;
    r.queued().limited('concurrency', [{ runId: holder.run.id, delivery: 0 }]);
    r.told.unshift(...holder.told.splice(0));
    return [r, holder.succeeded()];
  },
];

/** Flows: released, cancelled below a failure, run anyway, cancelled as a whole, retried, and said twice. */
const flowScripts: ((nodes: [Life, Life, Life, Life]) => void)[] = [
  ([a, b, c, d]) => {
    const flow = a.flow([a, b, c, d], [[], [0], [0], [1, 2]]);
    flow.take(a.queued(), b.blocked(), c.blocked(), d.blocked());
    flow.take(a.succeeded(), b.filled().succeeded(), c.filled().succeeded(), d.filled().started().succeeded());
  },
  ([a, b, c, d]) => {
    const flow = a.flow([a, b, c, d], [[], [0], [1], [0, 2]], [3]);
    flow.take(a.queued(), b.blocked(), c.blocked(), d.blocked());
    flow.take(a.failed('dead'), d.filled());
    flow.retry(2);
    flow.take(d.succeeded());
    flow.retry(1);
    flow.retry(1);
    a.restarted().queued().succeeded();
    flow.take(b.filled().failed('dead'), c);
    flow.retry(2);
  },
  ([a, b, c, d]) => {
    const flow = a.flow([a, b, c, d], [[], [], [0, 1], [2]]);
    flow.take(a.queued(), b.queued().started(), c.blocked(), d.blocked());
    a.succeeded();
    flow.cancel();
    flow.take(b.cancelled());
    flow.cancel();
    flow.retry(1);
    flow.take(b.restarted().queued().succeeded(), c.filled(), c.succeeded(), d.inputFailed());
  },
  ([a, b, c, d]) => {
    const flow = a.flow([a, b, c, d], [[], [0], [0], []]);
    flow.take(a.queued(), b.blocked(), c.blocked(), d.queued().failed('retry'));
    flow.take(b.cancelRequested(), a.expired(), a.cancelRequested());
  },
  ([a, b, c, d]) => {
    const flow = a.flow([a, b, c, d], [[], [0], [1], []]);
    flow.take(a.queued().started(), b.blocked(), c.blocked(), d.queued());
    flow.cancel();
    a.cancelled();
  },
];

function life(n: number, random: () => number, now: number, flows: boolean): Told[] {
  const make = () => new Life(n, random, now);
  if (flows && random() < 0.15) {
    const nodes: [Life, Life, Life, Life] = [make(), make(), make(), make()];
    pick(flowScripts, random)(nodes);
    return nodes.flatMap((one) => one.told);
  }
  return pick(scripts, random)(make(), make).flatMap((one) => one.told);
}

/** Appends messages in order, in units of at most `unit`; the sequence of the last. */
export async function tell(log: EventLog, told: readonly Told[], unit = 200): Promise<number> {
  let seq = 0;
  for (let from = 0; from < told.length; from += unit) {
    const appended = await log.append({ messages: told.slice(from, from + unit) });
    if (!appended.ok) throw new Error(`the log refused: ${appended.reason}`);
    seq = appended.seq;
  }
  return seq;
}
