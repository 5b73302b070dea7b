import type { CombinedError } from '@urql/core';

/** An error of the API in the shape the dashboard shows: a sentence for people, and what support needs to find it. */
export interface ApiError {
  /** The API's code, or `NETWORK` when the gateway did not answer at all. */
  code: string;
  message: string;
  correlationId: string | undefined;
  /** True when the same request may succeed later. */
  retryable: boolean;
  /** Messages by input path, for forms. */
  fields: Record<string, string>;
}

interface GraphQLErrorLike {
  message: string;
  extensions?: Record<string, unknown>;
}

export function apiErrorFrom(error: CombinedError): ApiError {
  const first = error.graphQLErrors[0];
  if (first) return apiErrorFromGraphQL(first);
  return networkError(error.networkError);
}

export function apiErrorFromGraphQL(error: GraphQLErrorLike): ApiError {
  const extensions = error.extensions ?? {};
  const code = typeof extensions.code === 'string' ? extensions.code : 'INTERNAL_SERVER_ERROR';
  return {
    code,
    message: sentence(error.message),
    correlationId: typeof extensions.correlationId === 'string' ? extensions.correlationId : undefined,
    retryable: extensions.retryable === true,
    fields: fieldMessages(extensions.fields),
  };
}

export function networkError(cause?: unknown): ApiError {
  const detail = cause instanceof Error && /json|unexpected token/i.test(cause.message);
  return {
    code: 'NETWORK',
    message: detail
      ? 'The server sent an answer that is not JSON. A proxy in between may be down.'
      : 'The server does not answer. Check that Jobflow is running and that you are online.',
    correlationId: undefined,
    retryable: true,
    fields: {},
  };
}

function fieldMessages(fields: unknown): Record<string, string> {
  if (typeof fields !== 'object' || fields === null) return {};
  return Object.fromEntries(
    Object.entries(fields).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

/**
 * The message for one form field. The server may name a path with or without its leading `input.`, and may name a
 * part of the field (`spec.url` under `spec`): the longest match wins for a field, its parts stay with the part.
 */
export function fieldError(error: ApiError | undefined, path: string): string | undefined {
  if (!error) return undefined;
  return error.fields[path] ?? error.fields[`input.${path}`];
}

function sentence(message: string): string {
  const trimmed = message.trim();
  if (trimmed === '') return 'Something went wrong.';
  const capital = trimmed.charAt(0).toUpperCase() + trimmed.slice(1);
  return /[.!?]$/.test(capital) ? capital : `${capital}.`;
}
