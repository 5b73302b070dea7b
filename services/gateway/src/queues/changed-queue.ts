import { Priority, type QueueState } from '@jobflow/contracts';
import { flowLimitProblems } from '@jobflow/domain';
import type { QueueInput } from './queue.js';

const RETENTION_DAYS = { preset: 30, min: 1, max: 3650 };
const DESCRIPTION_LENGTH = 1_000;

/** A missing field stays, null goes back to the default. */
export function changedQueue(queue: QueueState, input: QueueInput): QueueState {
  const { description, defaultPriority, retentionDays, concurrency, concurrencyPerKey, rate } = input;
  const or = <T>(given: T | null | undefined, now: T | undefined) => (given === undefined ? now : (given ?? undefined));
  return {
    ...queue,
    concurrency: or(concurrency, queue.concurrency),
    concurrencyPerKey: or(concurrencyPerKey, queue.concurrencyPerKey),
    rate: or(rate, queue.rate),
    description: description === undefined ? queue.description : (description ?? undefined),
    defaultPriority: defaultPriority === undefined ? queue.defaultPriority : (defaultPriority ?? 5),
    retentionDays: retentionDays === undefined ? queue.retentionDays : (retentionDays ?? RETENTION_DAYS.preset),
  };
}

export function queueProblems({
  description,
  defaultPriority,
  retentionDays,
  ...limits
}: QueueInput): Record<string, string> {
  const problems: Record<string, string> = flowLimitProblems(limits);
  if (description && description.length > DESCRIPTION_LENGTH)
    problems.description = `must have at most ${DESCRIPTION_LENGTH} characters`;
  if (typeof defaultPriority === 'number' && !Priority.safeParse(defaultPriority).success)
    problems.defaultPriority = 'must be 1 to 10';
  const { min, max } = RETENTION_DAYS;
  if (typeof retentionDays === 'number' && (retentionDays < min || retentionDays > max))
    problems.retentionDays = `must be ${min} to ${max}`;
  return problems;
}
