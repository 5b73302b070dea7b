import type { Rate } from '@jobflow/contracts';
import { parseLimitKey } from '../limits/limit-keys.js';
import { duration } from '../runs/describe-event.js';
import type { Reason, WaitFacts } from './why-not-running.js';

/** The limit of its job or key that keeps a run from starting. */
export function whyLimited({ now, run, limit, queue, workers }: WaitFacts): Reason[] {
  const since = run.waitSince === undefined ? {} : { since: run.waitSince };
  const until = run.nextAttemptAt;
  switch (run.waitReason) {
    case 'CONCURRENCY_LIMIT': {
      if (!limit) return [];
      const { of, name, value } = parseLimitKey(limit.key) ?? { of: 'job', name: run.job, value: undefined };
      const most = of === 'job' ? run.limits?.concurrency : queue?.concurrencyPerKey;
      const atMost = most === undefined ? 'few runs' : `at most ${most}`;
      const key = value === undefined ? '' : ` for ${run.limits?.concurrencyKey ?? 'the key'} ${value || '(none)'}`;
      const before =
        limit.waitingBefore > 0
          ? `, ${limit.waitingBefore} ${limit.waitingBefore === 1 ? 'waits' : 'wait'} before it`
          : '';
      const message = `${titled(of)} ${name} runs ${atMost} at a time${key}; ${limit.running} run now${before}`;
      return [{ code: 'CONCURRENCY_LIMIT', message, target: name, ahead: limit.waitingBefore, ...since }];
    }
    case 'RATE_LIMIT': {
      const rate = run.limits?.rate ? ` starts ${perTime(run.limits.rate)}` : ' starts only so often';
      const turn = until === undefined ? 'its turn is near' : `its turn is ${inTime(until, now)}`;
      const message = `Job ${run.job}${rate}; ${turn}`;
      return [{ code: 'RATE_LIMIT', message, target: run.job, ...since, ...(until !== undefined && { until }) }];
    }
    case 'LIMITS_UNAVAILABLE': {
      const again =
        until === undefined || until <= now ? 'it is offered again now' : `it is offered again ${inTime(until, now)}`;
      const why = workers?.limitsTrouble;
      const message = why
        ? `Its limits cannot be counted: ${why}; ${again}`
        : `Its limits could not be counted, since the worker that took it had no Redis; ${again}`;
      return [{ code: 'CONCURRENCY_LIMIT', message, target: run.job, ...since, ...(until !== undefined && { until }) }];
    }
    default:
      return [];
  }
}

/** The limits of a queue, for a run that is still in it. */
export function queueFull({ now, run, queue, workers, ahead = 0 }: WaitFacts): Reason[] {
  if (!queue || run.waitReason !== undefined) return [];
  const reasons: Reason[] = [];
  const { concurrency, running = 0, rate } = queue;
  if (workers?.limitsTrouble !== undefined && (concurrency !== undefined || rate)) {
    const message = `The limits of queue ${run.queue} cannot be counted, so nothing of it starts: ${workers.limitsTrouble}`;
    reasons.push({ code: concurrency === undefined ? 'RATE_LIMIT' : 'CONCURRENCY_LIMIT', message, target: run.queue });
  }
  if (concurrency !== undefined && running >= concurrency) {
    const message = `Queue ${run.queue} runs at most ${concurrency} at a time; ${running} run now`;
    reasons.push({ code: 'CONCURRENCY_LIMIT', message, target: run.queue });
  }
  if (rate && ahead > 0) {
    const until = now + Math.ceil((ahead * rate.perMs) / rate.limit);
    const message = `Queue ${run.queue} starts ${perTime(rate)}; its turn is ${inTime(until, now)} or later`;
    reasons.push({ code: 'RATE_LIMIT', message, target: run.queue, until });
  }
  return reasons;
}

const titled = (of: 'job' | 'queue') => (of === 'job' ? 'Job' : 'Queue');
const perTime = ({ limit, perMs }: Rate) => `at most ${limit} ${limit === 1 ? 'run' : 'runs'} per ${duration(perMs)}`;
const inTime = (at: number, now: number) => (at > now ? `in ${duration(at - now)}` : 'now');
