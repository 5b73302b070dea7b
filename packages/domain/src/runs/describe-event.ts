import { parseLimitKey } from '../limits/limit-keys.js';
import type { StoredEvent } from './stored-event.js';

type Data = StoredEvent['data'];

/** One line for people: what happened, when the next thing will. */
export function describeEvent(event: StoredEvent): string {
  const told = describe(event);
  return event.accepted ? told : `${told} (came too late and changed nothing)`;
}

function describe({ type, data, reason }: StoredEvent): string {
  switch (type) {
    case 'RunPlanned':
      return data.blocked === true
        ? `Planned on queue ${data.queue}, once the runs it depends on have ended`
        : `Planned for ${time(data.dueAt)} on queue ${data.queue}`;
    case 'RunQueued':
      return queued(data);
    case 'RunStarted':
      return `Attempt ${data.attempt} started on ${data.workerId}${data.alone === true ? ', alone' : ''}`;
    case 'RunProgressed':
      return `${data.progress} %${typeof data.message === 'string' ? `: ${data.message}` : ''}`;
    case 'RunSucceeded':
      return `Succeeded after ${took(data)}`;
    case 'RunAttemptFailed':
      return failed(data);
    case 'RunSnoozed':
      return `Asked to be called again at ${time(data.until)}${because(data.reason)}; costs no attempt`;
    case 'RunLimited':
      return limited(data);
    case 'RunReturned':
      return returned(data);
    case 'RunCancelRequested':
      return `Cancellation requested${because(data.reason ?? reason)}`;
    case 'RunRescheduled':
      return `Rescheduled for ${time(data.at)}${typeof data.priority === 'number' ? ` with priority ${data.priority}` : ''}`;
    case 'RunCancelled':
      return `Stopped after ${took(data)}, as requested`;
    case 'RunExpired':
      return 'Expired before it could start';
    case 'RunInputFailed':
      return `Its input cannot be made: ${firstLine((data.error as { message?: string } | undefined)?.message)}`;
    case 'RunReleased':
      return typeof data.delayMs === 'number'
        ? `All it depends on has ended: it is due after ${duration(data.delayMs)}`
        : 'Nothing it depends on is left to wait for';
    case 'RunRestarted':
      return 'Its flow is retried: it runs again, with fresh attempts';
    case 'RunClaimed':
      return data.reclaim === true
        ? `${data.workerId} came back and goes on with attempt ${data.attempt}`
        : `${data.workerId} took over attempt ${data.attempt}`;
    case 'RunDeadLetterRedriven':
      return `Redriven: run ${data.by} does its work again`;
    case 'RunDeadLetterDiscarded':
      return `Discarded${because(data.reason ?? reason)}`;
    case 'RunDeadLetterReopened':
      return 'Opened again: it waits to be redriven or discarded';
    default:
      return type satisfies never;
  }
}

function limited({ key, limit, until }: Data): string {
  const parsed = parseLimitKey(String(key));
  const name = parsed
    ? `${parsed.of} ${parsed.name}${parsed.value === undefined ? '' : ` for ${parsed.value || 'no value'}`}`
    : key;
  return limit === 'rate'
    ? `The rate limit of ${name} lets it start at ${time(until)}; costs no attempt`
    : `The concurrency limit of ${name} is reached: it waits for its turn; costs no attempt`;
}

function returned({ reason, workerId, notBefore }: Data): string {
  switch (reason) {
    case 'no-handler':
      return `${workerId} has no handler for this job and gave it back; offered again at ${time(notBefore)}`;
    case 'rescheduled':
      return `${workerId} had not started it and let it go, since it was rescheduled`;
    case 'limits-unavailable':
      return `${workerId} cannot count this run's limits now, since it has no Redis, and gave it back; offered again at ${time(notBefore)}`;
    default:
      return `${workerId} was shut down and gave the run back; costs no attempt`;
  }
}

const queued = (data: Data): string =>
  data.attempt === 1 && data.delivery === 0
    ? `Queued on ${data.queue} with priority ${data.priority}`
    : `Queued again on ${data.queue} for attempt ${data.attempt}`;

function failed(data: Data): string {
  const error = data.error as { message?: string } | undefined;
  const next = data.next as { kind: string; at?: number; reason?: string } | undefined;
  const message = firstLine(error?.message);
  // Its error says why, and `took` may be the time of a worker that only found it so.
  if (next?.kind === 'dead' && TOLD_BY_ERROR.has(next.reason ?? '')) return `Ended as a dead letter: ${message}`;
  const how = { TIMED_OUT: 'ran out of time', LOST: 'was lost with its worker' }[String(data.status)] ?? 'failed';
  const then = next?.kind === 'retry' ? `next try at ${time(next.at)}` : (DEAD[next?.reason ?? ''] ?? 'no try is left');
  return `Attempt ${data.attempt} ${how} after ${took(data)}: ${message}; ${then}`;
}

const TOLD_BY_ERROR = new Set(['no-handler', 'poison', 'expired-lease']);
const DEAD: Record<string, string> = {
  'attempts-exhausted': 'no attempt is left',
  'not-retryable': 'it is not to be retried',
};

const because = (reason: unknown): string => (typeof reason === 'string' && reason ? `: ${reason}` : '');
const time = (at: unknown): string => (typeof at === 'number' ? new Date(at).toISOString() : 'an unknown time');

function took(data: Data): string {
  const { startedAt, finishedAt } = data;
  return typeof startedAt === 'number' && typeof finishedAt === 'number'
    ? duration(Math.max(0, finishedAt - startedAt))
    : 'an unknown time';
}

/** 240 ms, 1.5 s, 3 min 20 s, 2 h 5 min. */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  const s = ms / 1000;
  if (s < 60) return `${Number(s.toFixed(1))} s`;
  const units = [
    [86_400, 'd'],
    [3_600, 'h'],
    [60, 'min'],
    [1, 's'],
  ] as const;
  let rest = Math.round(s);
  const parts: string[] = [];
  for (const [size, unit] of units) {
    const n = Math.floor(rest / size);
    rest -= n * size;
    if (n > 0 && parts.length < 2) parts.push(`${n} ${unit}`);
    else if (parts.length > 0) break;
  }
  return parts.join(' ');
}

function firstLine(message: string | undefined): string {
  const line = (message ?? 'no message').split('\n', 1)[0] ?? '';
  return line.length > 200 ? `${line.slice(0, 199)}…` : line;
}
