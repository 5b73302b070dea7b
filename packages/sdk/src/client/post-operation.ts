import type { Fetch } from './client-options.js';
import { JobflowError, unavailable } from './jobflow-error.js';

export interface Operation {
  query: string;
  variables: Readonly<Record<string, unknown>>;
}

export interface GraphqlAnswer {
  data?: Record<string, unknown> | null;
  errors?: { message: string; extensions?: Record<string, unknown> }[];
  extensions?: { position?: unknown };
}

/** Never sent: nobody listened. */
const NOT_SENT: readonly string[] = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH'];

/**
 * Sends one operation; answers with the response, or throws.
 * @throws JobflowError UNAVAILABLE when it could not be reached; the signal's reason when that aborted
 */
export async function postOperation(
  fetch: Fetch,
  url: string,
  operation: Operation,
  headers: Record<string, string>,
  signal: AbortSignal,
): Promise<Response> {
  let body: string;
  try {
    body = JSON.stringify(operation);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message.split('\n')[0] : String(cause);
    throw new JobflowError('BAD_USER_INPUT', `The input cannot be written as JSON: ${why}`, {}, cause);
  }
  try {
    return await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body,
      signal,
    });
  } catch (cause) {
    signal.throwIfAborted();
    const code = codeOf(cause);
    const details = { retryable: true, sent: code === undefined || !NOT_SENT.includes(code) };
    const why = code ?? (cause instanceof Error ? cause.message : String(cause));
    throw new JobflowError(
      'UNAVAILABLE',
      `Jobflow at ${new URL(url).origin} cannot be reached (${why})`,
      details,
      cause,
    );
  }
}

/** The data of a JSON answer. @throws JobflowError for its first error */
export async function readAnswer(response: Response, signal: AbortSignal): Promise<GraphqlAnswer> {
  let answer: GraphqlAnswer;
  try {
    answer = (await response.json()) as GraphqlAnswer;
  } catch (cause) {
    signal.throwIfAborted();
    throw unavailable(`The answer from ${where(response)} (status ${response.status}) is not of Jobflow`, cause);
  }
  const [error] = answer?.errors ?? [];
  if (error) throw errorOf(error);
  if (typeof answer?.data !== 'object' || answer.data === null) {
    throw unavailable(`The answer from ${where(response)} (status ${response.status}) is not of Jobflow`);
  }
  return answer;
}

export function errorOf({ message, extensions = {} }: NonNullable<GraphqlAnswer['errors']>[number]): JobflowError {
  const code = typeof extensions.code === 'string' ? extensions.code : 'INTERNAL_SERVER_ERROR';
  return new JobflowError(code, message, extensions);
}

const where = ({ url }: Response): string => (URL.canParse(url) ? new URL(url).origin : 'Jobflow');

/** Node puts the reason of a failed fetch into its cause, and that of several addresses one deeper. */
function codeOf(error: unknown): string | undefined {
  for (let at = error, depth = 0; at instanceof Error && depth < 4; at = at.cause, depth++) {
    const { code } = at as { code?: unknown };
    if (typeof code === 'string') return code;
    if (at instanceof AggregateError && at.errors.length > 0) return codeOf(at.errors[0]);
  }
  return undefined;
}
