import { cacheExchange, createClient, fetchExchange } from '@urql/core';
import type { TypedDocumentString } from '../generated/graphql';
import { accessToken, renewSession } from '../session/session';
import { type ApiError, apiErrorFrom } from './api-error';
import { noteAnswered, noteUnreachable } from './reachability';
import { forgetWrites, noteWrite, positionToSend } from './read-your-writes';

export type ApiResult<T> = { ok: true; data: T } | { ok: false; error: ApiError; data: T | undefined };

export const apiUrl = '/graphql';

/** Every request carries a token that is still good when it is sent, and the position of the last write. */
async function authorizedFetch(input: RequestInfo | URL, init: RequestInit = {}): Promise<Response> {
  const headers = new Headers(init.headers);
  // urql would also take event streams, and so be given one for a plain query: live data has a socket of its own.
  headers.set('accept', 'application/graphql-response+json, application/json');
  const token = await accessToken();
  if (token) headers.set('authorization', `Bearer ${token}`);
  const position = positionToSend();
  if (position) headers.set('x-jobflow-position', position);
  try {
    const response = await fetch(input, { ...init, headers, credentials: 'same-origin' });
    noteAnswered();
    return response;
  } catch (error) {
    if (!(error instanceof DOMException && error.name === 'AbortError')) noteUnreachable();
    throw error;
  }
}

const client = createClient({
  url: apiUrl,
  preferGetMethod: false,
  fetch: authorizedFetch,
  exchanges: [cacheExchange, fetchExchange],
});

/** One query; a session that ended meanwhile is renewed once, then the query is asked again. */
export async function query<R, V extends object>(
  document: TypedDocumentString<R, V>,
  variables: V,
): Promise<ApiResult<R>> {
  const ask = () => client.query<R>(document.toString(), variables, { requestPolicy: 'network-only' }).toPromise();
  let result = await ask();
  let code = result.error && apiErrorFrom(result.error).code;
  if (code === 'UNAUTHENTICATED' && (await renewSession())) result = await ask();
  code = result.error && apiErrorFrom(result.error).code;
  if (code === 'POSITION_EXPIRED') {
    forgetWrites();
    result = await ask();
  }
  if (result.error) return { ok: false, error: apiErrorFrom(result.error), data: result.data ?? undefined };
  return { ok: true, data: result.data as R };
}

/** What the document cache still holds for a query, shown at once while the network answers. */
export function cached<R, V extends object>(document: TypedDocumentString<R, V>, variables: V): R | undefined {
  return client.readQuery<R>(document.toString(), variables, { requestPolicy: 'cache-only' })?.data ?? undefined;
}

export async function mutate<R, V extends object>(
  document: TypedDocumentString<R, V>,
  variables: V,
): Promise<ApiResult<R>> {
  const send = () => client.mutation<R>(document.toString(), variables).toPromise();
  let result = await send();
  if (result.error && apiErrorFrom(result.error).code === 'UNAUTHENTICATED' && (await renewSession())) {
    result = await send();
  }
  noteWrite(result.extensions?.position);
  if (result.error) return { ok: false, error: apiErrorFrom(result.error), data: result.data ?? undefined };
  return { ok: true, data: result.data as R };
}
