import type { EnqueueFields } from '@jobflow/domain';
import type { EnqueueInput } from './enqueue-input.js';

/** GraphQL's null and missing are one here: the job's own. */
export function enqueueFields(input: EnqueueInput): EnqueueFields {
  return {
    input: input.input ?? undefined,
    idempotencyKey: input.idempotencyKey ?? undefined,
    uniqueKey: input.uniqueKey ?? undefined,
    delayMs: input.delayMs ?? undefined,
    runAt: input.runAt?.getTime(),
    expiresAt: input.expiresAt?.getTime(),
    queue: input.queue ?? undefined,
    priority: input.priority ?? undefined,
    retry: input.retry ? withoutNull(input.retry) : undefined,
    timeout: input.timeout ? withoutNull(input.timeout) : undefined,
    tags: input.tags ?? undefined,
    callbackUrl: input.callbackUrl ?? undefined,
  };
}

type WithoutNull<T> = { [K in keyof T]?: Exclude<T[K], null> };
export const withoutNull = <T extends object>(fields: T): WithoutNull<T> =>
  Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== null && value !== undefined),
  ) as WithoutNull<T>;
