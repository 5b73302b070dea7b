import type { HoldersReply } from '@jobflow/contracts';
import { type Clock, newToken, type Stoppable } from '@jobflow/platform';
import type { Redis } from 'ioredis';
import { every } from '../worker/every.js';
import { FOUND_SCRIPT, PERMIT_SCRIPT } from './permit-scripts.js';
import type {
  ConcurrencyLimit,
  Freed,
  Holder,
  PermitAnswer,
  PermitRequest,
  Permits,
  QueueAnswer,
  QueueRequest,
} from './permits.js';
import { runScript } from './run-script.js';

export type { PermitAnswer, PermitRequest, Permits } from './permits.js';

export const LEASE_MS = 30_000;
const RENEW_MS = 10_000;
/** While permits are held, Redis is looked at so often: after a loss living workers must tell what they hold in time. */
const LOOK_MS = 500;
/** Living workers have so long to tell what they hold, before the first permit after a loss is granted. */
const OPENS_MS = 2_000;
const FOUND_AGAIN_MS = 500;
/** Services start together, and permits are rebuilt with the help of the projector: so long it may take to be there. */
const PATIENCE_MS = 10_000;
const MOST_AT_ONCE = 500;
/** Beyond it new requests are refused as unavailable: Redis does not keep up. */
const MOST_WAITING = 20_000;

export interface RedisPermitsOptions {
  workerId: string;
  /** Two connections of this worker's own: one that asks, one that listens. Both are the caller's to close. */
  redis: Redis;
  news: Redis;
  clock: Clock;
  /** All that is named starts with it. Its braces keep it on one node of a cluster. */
  prefix?: string;
  leaseMs?: number;
  /** Who runs what, by the log: asked after Redis has lost everything. */
  askHolders: () => Promise<HoldersReply>;
  /** Permits that could not be rebuilt for so long are told of as trouble. Default: 10 s. */
  patienceMs?: number;
  onTrouble: (what: string, error: unknown) => void;
}

type Operation = { o: string; [field: string]: unknown };
interface Asked {
  operation: Operation;
  answer?: (raw: string[] | undefined, why?: string) => void;
}

/**
 * Permits in Redis. Operations of one moment go as one script call; while it is under way the next ones gather, so that
 * load makes calls larger rather than more. Redis only ever holds a copy: every 10 s, and after any doubt (an answer that
 * did not come, a Redis that was away or is empty), the worker writes down anew what it really holds.
 */
export class RedisPermits implements Permits {
  readonly #options: RedisPermitsOptions;
  readonly #prefix: string;
  readonly #runs = new Map<string, readonly string[]>();
  readonly #queues = new Map<string, number>();
  readonly #listeners = new Set<Freed>();
  #waiting: Asked[] = [];
  #flying: Promise<void> | undefined;
  #planned = false;
  #epoch = '';
  #mustTell = true;
  #trouble: string | undefined = UNREACHED;
  #founding: Promise<void> | undefined;
  /** Since when that has failed. */
  #unfoundSince: number | undefined;
  #toldAt = 0;
  #stopped = false;
  #parts: Stoppable[] = [];

  constructor(options: RedisPermitsOptions) {
    this.#options = options;
    this.#prefix = options.prefix ?? 'jf:{limits}';
  }

  async start(): Promise<void> {
    const { redis, news, clock } = this.#options;
    const heard = (_channel: string, message: string) => this.#hear(message);
    const listen = () => void news.subscribe(`${this.#prefix}:news`).catch(() => undefined);
    const back = () => {
      this.#mustTell = true;
      this.#plan();
    };
    news.on('message', heard);
    news.on('ready', listen);
    redis.on('ready', back);
    if (news.status === 'ready') listen();
    // Else it is about to be, or the first look will tell of it.
    if (redis.status === 'ready') this.#plan();
    const looking = every(clock, LOOK_MS, () => this.#look());
    this.#parts.push(looking, {
      async stop() {
        news.off('message', heard);
        news.off('ready', listen);
        redis.off('ready', back);
      },
    });
  }

  /** Gives everything back that is still held. */
  async stop(): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = true;
    for (const part of this.#parts) await part.stop();
    await this.#founding;
    await this.#flying;
    for (const { answer } of this.#waiting.splice(0)) answer?.(undefined, 'the worker stops');
    if (this.#options.redis.status === 'ready' && this.#epoch) await this.#call([{ o: 'x' }]).catch(() => undefined);
  }

  trouble(): string | undefined {
    return this.#trouble;
  }

  onFreed(fn: Freed): () => void {
    this.#listeners.add(fn);
    return () => void this.#listeners.delete(fn);
  }

  take(request: PermitRequest): Promise<PermitAnswer> {
    const { runId, concurrency, rate, since, booked } = request;
    const token = tokenOf(request);
    const operation: Operation = {
      o: 't',
      run: runId,
      token,
      booked,
      c: concurrency.map(({ key, limit }) => [key, limit]),
      ...(since !== undefined && { since }),
      ...(rate && { r: [rate.key, rate.limit, rate.perMs] }),
    };
    return new Promise((resolve) => {
      const answer = (raw: string[] | undefined, why = '') => {
        const answered = raw ? answerOf(raw) : ({ kind: 'unavailable', why } as const);
        if (answered.kind === 'granted' && concurrency.length > 0) {
          this.#runs.set(
            token,
            concurrency.map(({ key }) => key),
          );
        }
        resolve(answered);
      };
      this.#ask({ operation, answer });
    });
  }

  release(held: Holder & { concurrency: readonly ConcurrencyLimit[] }): void {
    const token = tokenOf(held);
    if (!this.#runs.delete(token)) return;
    this.#ask({ operation: { o: 'f', token, c: held.concurrency.map(({ key, limit }) => [key, limit]) } });
    // Whoever waits here asks in the same call, right behind it.
    for (const { key } of held.concurrency) this.#tell('key', key, 1);
  }

  reserve(key: string, runId: string, since: number): void {
    this.#ask({ operation: { o: 'k', run: runId, key, since } });
  }

  takeForQueue(request: QueueRequest): Promise<QueueAnswer> {
    const { queue, count, concurrency } = request;
    return new Promise((resolve) => {
      const answer = (raw: string[] | undefined, why = '') => {
        if (!raw || raw[0] === 'w') return resolve({ kind: 'unavailable', why: raw ? REBUILDING : why });
        const granted = Number(raw[1]);
        if (granted > 0 && concurrency !== undefined) this.#queues.set(queue, (this.#queues.get(queue) ?? 0) + granted);
        if (granted > 0) return resolve({ kind: 'granted', count: granted });
        resolve({ kind: 'refused', ...(raw[2] !== undefined && { waitMs: Number(raw[2]) }) });
      };
      this.#ask({ operation: { o: 'q', queue, n: count, ...limitsOf(request) }, answer });
    });
  }

  giveBackForQueue(request: QueueRequest, unused: number): void {
    const { queue, count, concurrency } = request;
    // Turns under a rate are not held: they take nothing from the permits that this worker has of the queue.
    if (concurrency !== undefined) {
      const left = (this.#queues.get(queue) ?? 0) - count;
      if (left > 0) this.#queues.set(queue, left);
      else this.#queues.delete(queue);
    }
    this.#ask({ operation: { o: 'b', queue, n: count, unused, ...limitsOf(request) } });
    this.#tell('queue', queue, count);
  }

  #ask(asked: Asked): void {
    if (this.#stopped || (asked.answer && this.#waiting.length >= MOST_WAITING)) {
      asked.answer?.(undefined, this.#stopped ? 'the worker stops' : 'Redis does not keep up');
      return;
    }
    this.#waiting.push(asked);
    this.#plan();
  }

  #plan(): void {
    if (this.#planned || this.#flying || this.#stopped) return;
    this.#planned = true;
    setImmediate(() => {
      this.#planned = false;
      if (this.#flying || this.#stopped) return;
      this.#flying = this.#flush().finally(() => {
        this.#flying = undefined;
        if (this.#waiting.length > 0) this.#plan();
      });
    });
  }

  async #flush(): Promise<void> {
    const batch = this.#waiting.splice(0, MOST_AT_ONCE);
    try {
      if (this.#options.redis.status !== 'ready') throw new Error(`Redis is ${this.#options.redis.status}`);
      let reply = await this.#call(this.#operations(batch));
      if (reply[0] === 'other') {
        this.#epoch = String(reply[1]);
        this.#mustTell = true;
        reply = await this.#call(this.#operations(batch));
      }
      if (reply[0] !== 'ok') return this.#lost(batch);
      this.#trouble = this.#unfoundSince = undefined;
      let at = 1;
      for (const { answer } of batch) {
        if (!answer) continue;
        answer(reply[at] as string[]);
        at += 1;
      }
    } catch (error) {
      this.#mustTell = true;
      this.#trouble = troubleWith(this.#options.redis, error);
      this.#options.onTrouble('limits cannot be counted: what is limited waits', error);
      for (const { answer } of batch) answer?.(undefined, this.#trouble);
    }
  }

  /** What was asked, behind all that is held if there is any doubt whether Redis knows it. */
  #operations(batch: readonly Asked[]): Operation[] {
    const operations = batch.map(({ operation }) => operation);
    if (!this.#mustTell) return operations;
    // What this very batch gives back is no longer held here, and giving it back once more does no harm.
    const runs = [...this.#runs].map(([token, keys]) => [token, ...keys]);
    return [{ o: 's', runs, queues: [...this.#queues] }, ...operations.filter(({ o }) => o !== 'f' && o !== 'b')];
  }

  async #call(operations: Operation[]): Promise<unknown[]> {
    const told = operations[0]?.o === 's';
    const { workerId, leaseMs = LEASE_MS, redis, clock } = this.#options;
    const args = [this.#prefix, workerId, leaseMs, this.#epoch, JSON.stringify(operations)];
    const reply = (await runScript(redis, PERMIT_SCRIPT, args)) as unknown[];
    if (told && reply[0] === 'ok') {
      this.#mustTell = false;
      this.#toldAt = clock.now();
    }
    return reply;
  }

  #lost(batch: readonly Asked[]): void {
    this.#mustTell = true;
    if (!this.#founding) this.#trouble = REBUILDING;
    for (const { answer } of batch) answer?.(undefined, REBUILDING);
    this.#found();
  }

  /** Redis is empty: begins a new epoch in it, with what the log says is held. One worker's attempt succeeds. */
  #found(): void {
    this.#founding ??= this.#foundOnce()
      .catch((error: unknown) => {
        const { clock, patienceMs = PATIENCE_MS, onTrouble } = this.#options;
        this.#trouble = error instanceof NotToldError ? error.message : troubleWith(this.#options.redis, error);
        this.#unfoundSince ??= clock.now();
        if (clock.now() - this.#unfoundSince >= patienceMs)
          onTrouble('permits cannot be rebuilt now: what is limited waits', error);
        return new Promise<void>((resolve) => clock.setTimer(FOUND_AGAIN_MS, resolve));
      })
      .finally(() => {
        this.#founding = undefined;
        this.#plan();
      });
  }

  async #foundOnce(): Promise<void> {
    const reply = await this.#options.askHolders().catch((cause: unknown) => {
      throw new NotToldError('no projector answers; check that one runs, and that it reaches NATS', { cause });
    });
    if (!reply.ok) throw new NotToldError(UNTOLD[reply.reason] ?? REFUSED, { cause: reply.reason });
    const { leaseMs = LEASE_MS, redis } = this.#options;
    const holdings = {
      runs: reply.runs.map((run) => [run.workerId, tokenOf(run), ...run.keys]),
      queues: reply.queues.map(({ workerId, queue, count }) => [workerId, queue, count]),
    };
    await runScript(redis, FOUND_SCRIPT, [this.#prefix, newToken(12), OPENS_MS, leaseMs, JSON.stringify(holdings)]);
  }

  #look(): void {
    const idle = this.#runs.size === 0 && this.#queues.size === 0 && this.#waiting.length === 0;
    const old = this.#options.clock.now() - this.#toldAt >= RENEW_MS;
    if (old) this.#mustTell = true;
    if (!idle || old || this.#trouble !== undefined) this.#plan();
  }

  #hear(message: string) {
    if (message === 'epoch') return this.#plan();
    const name = message.slice(2);
    if (message.startsWith('c:')) this.#tell('key', name, Number.POSITIVE_INFINITY);
    else if (message.startsWith('q:')) this.#tell('queue', name, Number.POSITIVE_INFINITY);
  }

  #tell(of: 'key' | 'queue', name: string, count: number): void {
    for (const fn of this.#listeners) fn(of, name, count);
  }
}

const AWAY = 'Redis cannot be reached; check that it runs, and that the URL which workers have of it leads there';
const UNREACHED = 'Redis has not been reached yet; if that lasts, check that it runs';
const REBUILDING = 'Redis was empty, and its permits are being rebuilt; wait a few seconds';

/** By the reason that the projector gives. */
const UNTOLD: Record<string, string> = {
  lagging: 'the projector lags behind; wait until it has caught up, and look at its log if it does not',
  unavailable: 'the projector cannot read its database; check that Postgres runs, and look at the log of the projector',
};
const REFUSED = 'the projector does not tell them; look at its log, and check that it is of the version of the workers';
const MOST_TOLD = 200;

/** Redis is empty, and nobody tells what is held. */
class NotToldError extends Error {
  override readonly name = 'NotToldError';

  constructor(why: string, options: ErrorOptions) {
    super(`Redis is empty, and its permits cannot be rebuilt: ${why}`, options);
  }
}

/** What is wrong with Redis, and what to do about it: for who waits, so in few words. */
function troubleWith(redis: Redis, error: unknown): string {
  if (redis.status !== 'ready') return AWAY;
  const said = error instanceof Error ? error.message : String(error);
  if (said === TIMED_OUT) return 'Redis does not answer in time; look at its load and at its log';
  const [first = ''] = said.trim().split('\n');
  const why = first
    .slice(0, MOST_TOLD)
    .toWellFormed()
    .replace(/[\s.]+$/, '');
  return `Redis refuses: ${why}; look at its memory and at its log`;
}

/** In the words of the driver. */
const TIMED_OUT = 'Command timed out';

const tokenOf = ({ runId, delivery }: Holder): string => `${runId}|${delivery}`;
const limitsOf = ({ concurrency, rate }: QueueRequest) => ({
  ...(concurrency !== undefined && { c: concurrency }),
  ...(rate && { r: [rate.limit, rate.perMs] }),
});

function answerOf([kind, key = '', ...more]: string[]): PermitAnswer {
  switch (kind) {
    case 'g':
      return { kind: 'granted' };
    case 'c':
      return { kind: 'no-permit', key, holders: more.flatMap(holderOf) };
    case 'r':
      return { kind: 'no-turn', key, waitMs: Number(more[0]) };
    default:
      return { kind: 'unavailable', why: REBUILDING };
  }
}

/** From `worker|run|delivery`; a worker's own name may hold anything. */
function holderOf(field: string): Holder[] {
  const [runId, delivery] = field.split('|').slice(-2);
  return runId && delivery ? [{ runId, delivery: Number(delivery) }] : [];
}
