import { LogUnavailableError, SecretBoxError } from '@jobflow/platform';
import { DatabaseUnavailableError } from '@jobflow/read-model';
import type { ApiError } from './api-error.js';
import { conflict, unavailable } from './refusals.js';

/**
 * What clients are told when a backing service is down, or a stored secret cannot be opened; undefined when the error is
 * something else.
 */
export function asApiError(error: unknown): ApiError | undefined {
  if (error instanceof LogUnavailableError) {
    if (error.stored === 'no')
      return unavailable('The log has too much to do now, and nothing was stored. Repeat the request later.', error);
    return unavailable('The log did not answer in time. Repeat the request with the same idempotency key.', error);
  }
  if (error instanceof DatabaseUnavailableError) {
    return unavailable('The database cannot be reached right now. Try again.', error);
  }
  // Only somebody who gives the key back or sets the secret anew mends this: a client is not to repeat it meanwhile.
  if (error instanceof SecretBoxError) return conflict(error.message);
  return undefined;
}
