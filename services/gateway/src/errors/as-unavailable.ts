import { LogUnavailableError, SecretBoxError } from '@jobflow/platform';
import { DatabaseUnavailableError } from '@jobflow/read-model';
import type { ApiError } from './api-error.js';
import { unavailable } from './refusals.js';

/** What clients are told when a backing service is down, or a key is missing; undefined when the error is something else. */
export function asUnavailable(error: unknown): ApiError | undefined {
  if (error instanceof LogUnavailableError) {
    return unavailable('The log did not answer in time. Repeat the request with the same idempotency key.', error);
  }
  if (error instanceof DatabaseUnavailableError) {
    return unavailable('The database cannot be reached right now. Try again.', error);
  }
  if (error instanceof SecretBoxError) return unavailable(error.message);
  return undefined;
}
