import type { Clock, Logger } from '@jobflow/platform';
import { gcra, type Rate, type Verdict } from './rate-window.js';

/** Where rates are counted. `exact` is false when this process counts alone because Redis is away. */
export interface RateCounter {
  /** Takes `cost` events if they fit. */
  take(key: string, rate: Rate, cost?: number): Promise<Verdict>;
  /** Whether one more event would fit; takes nothing. */
  peek(key: string, rate: Rate): Promise<Verdict>;
  /** Forgets what was counted. */
  forget(key: string): Promise<void>;
  /** False while Redis cannot be asked. */
  shared(): boolean;
}

/** The commands of a Redis client this needs; an error means that it cannot be asked now. */
export interface RedisScripts {
  eval(script: string, keys: number, ...args: (string | number)[]): Promise<unknown>;
  del(key: string): Promise<unknown>;
  status: string;
}

/** The same arithmetic as `gcra`, atomically, on the clock of Redis so that all gateways agree. */
const script = `
local now = redis.call('TIME')
now = now[1] * 1000 + math.floor(now[2] / 1000)
local burst, every, cost, take = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[4]
local start = math.max(tonumber(redis.call('GET', KEYS[1]) or 0), now)
local nxt = start + math.min(cost, burst) * every
local over = nxt - now - burst * every
if over > 0 then return math.ceil(over) end
if take == '1' then redis.call('SET', KEYS[1], string.format('%d', nxt), 'PX', math.max(1, math.ceil(nxt - now))) end
return 0
`;

/**
 * Counts in Redis, for all gateways together, and besides in this process. Who is over the rate by either count is
 * refused: so nothing is forgotten while Redis is away, or when it comes back empty.
 */
export function createRateCounter(redis: RedisScripts, clock: Clock, logger: Logger): RateCounter {
  const own = inProcess(clock);
  let failedAt = Number.NEGATIVE_INFINITY;

  async function ask(key: string, rate: Rate, cost: number, take: boolean): Promise<Verdict> {
    const mine = own.ask(key, rate, cost, false);
    if (!mine.ok) return mine;
    const verdict = (await askRedis(key, rate, cost, take)) ?? mine;
    return verdict.ok && take ? own.ask(key, rate, cost, true) : verdict;
  }

  async function askRedis(key: string, rate: Rate, cost: number, take: boolean): Promise<Verdict | undefined> {
    try {
      if (redis.status !== 'ready') throw new Error(`Redis is ${redis.status}`);
      const over = Number(await redis.eval(script, 1, `jf:rate:${key}`, rate.burst, rate.everyMs, cost, take ? 1 : 0));
      failedAt = Number.NEGATIVE_INFINITY;
      return over > 0 ? { ok: false, retryAfterMs: over } : { ok: true };
    } catch (error) {
      logger.debug({ err: error }, 'Redis did not answer: rates are counted by this gateway alone');
      failedAt = clock.now();
      return undefined;
    }
  }

  return {
    take: (key, rate, cost = 1) => ask(key, rate, cost, true),
    peek: (key, rate) => ask(key, rate, 1, false),
    async forget(key) {
      own.forget(key);
      if (redis.status === 'ready') await redis.del(`jf:rate:${key}`).catch(() => undefined);
    },
    shared: () => redis.status === 'ready' && clock.now() - failedAt > failedForMs,
  };
}

/** After a failure Redis counts as away for this long. */
const failedForMs = 1_000;
const rememberedKeys = 10_000;

function inProcess(clock: Clock) {
  // Oldest first: beyond the bound, whoever was quiet longest is forgotten.
  const tats = new Map<string, number>();
  return {
    ask(key: string, rate: Rate, cost: number, take: boolean): Verdict {
      const { verdict, tat } = gcra(tats.get(key), clock.now(), rate, cost);
      if (take && verdict.ok) {
        tats.delete(key);
        tats.set(key, tat);
        if (tats.size > rememberedKeys) tats.delete(tats.keys().next().value as string);
      }
      return verdict;
    },
    forget: (key: string) => void tats.delete(key),
  };
}
