import { createSignal } from 'solid-js';
import { type ApiError, apiErrorFromGraphQL, networkError } from '../api/api-error';
import { LoginDocument, LogoutDocument, RefreshDocument, type SessionPartsFragment } from '../generated/graphql';

/**
 * Who is signed in. The access token lives in this module's memory only; the refresh token is an HttpOnly cookie that
 * no script can read. The token is renewed before it expires, and once more whenever the API calls it unknown.
 *
 *   restoring ──► signed-in ◄──► signed-out
 */
export type SessionUser = SessionPartsFragment['user'];
export type SessionState =
  | { status: 'restoring' }
  | { status: 'signed-out' }
  | { status: 'signed-in'; user: SessionUser }
  /** The server did not answer when the page was loaded, so nobody knows. */
  | { status: 'unreachable' };

const [session, setSession] = createSignal<SessionState>({ status: 'restoring' });

export { session };

/** A token this close to its end is renewed before it is used. */
const renewAheadMs = 60_000;

let token: { value: string; expiresAt: number } | undefined;
let renewTimer: ReturnType<typeof setTimeout> | undefined;
let renewing: Promise<boolean> | undefined;

export async function restoreSession(): Promise<void> {
  await renewSession();
}

/** The token to send now, renewed first if it is about to expire; undefined when nobody is signed in. */
export async function accessToken(): Promise<string | undefined> {
  if (token && token.expiresAt - Date.now() < renewAheadMs / 4) await renewSession();
  return token?.value;
}

/** Asks for a new access token. False, and signed out, when the refresh token is gone too. */
export function renewSession(): Promise<boolean> {
  renewing ??= acrossTabs(renew).finally(() => {
    renewing = undefined;
  });
  return renewing;
}

export type SignInResult = { ok: true } | { ok: false; error: ApiError };

export async function signIn(email: string, password: string): Promise<SignInResult> {
  const answer = await post(LoginDocument.toString(), { email, password });
  if (!answer.ok) return answer;
  const next = (answer.data as { login: SessionPartsFragment | null }).login;
  if (!next) return { ok: false, error: networkError() };
  accept(next);
  return { ok: true };
}

export async function signOut(): Promise<void> {
  const leaving = token?.value;
  end();
  if (leaving) await post(LogoutDocument.toString(), {}, leaving);
}

async function renew(): Promise<boolean> {
  const answer = await post(RefreshDocument.toString(), {});
  if (answer.ok) {
    const next = (answer.data as { refresh: SessionPartsFragment | null }).refresh;
    if (next) {
      accept(next);
      return true;
    }
  } else if (answer.error.retryable) {
    // Out of reach is not signed out: keep what there is and let the next request try again.
    if (session().status !== 'signed-in') setSession({ status: 'unreachable' });
    return false;
  }
  end();
  return false;
}

function accept(next: SessionPartsFragment): void {
  const expiresAt = Date.parse(next.expiresAt);
  token = { value: next.accessToken, expiresAt };
  const current = session();
  if (current.status !== 'signed-in' || current.user.id !== next.user.id || current.user.role !== next.user.role) {
    setSession({ status: 'signed-in', user: next.user });
  }
  clearTimeout(renewTimer);
  const inMs = Math.max(5_000, expiresAt - Date.now() - renewAheadMs);
  renewTimer = setTimeout(() => void renewSession(), Math.min(inMs, 2 ** 31 - 1));
}

function end(): void {
  token = undefined;
  clearTimeout(renewTimer);
  setSession({ status: 'signed-out' });
}

/** Refresh tokens rotate: two tabs that use the same one at once would look like a thief, so they take turns. */
async function acrossTabs(task: () => Promise<boolean>): Promise<boolean> {
  if (!('locks' in navigator)) return task();
  return navigator.locks.request('jobflow-session', task);
}

type Answer = { ok: true; data: unknown } | { ok: false; error: ApiError };

/** Session calls go past the API client: it waits for this module's token before it sends anything. */
async function post(document: string, variables: object, bearer?: string): Promise<Answer> {
  try {
    const response = await fetch('/graphql', {
      method: 'POST',
      credentials: 'same-origin',
      headers: { 'content-type': 'application/json', ...(bearer ? { authorization: `Bearer ${bearer}` } : {}) },
      body: JSON.stringify({ query: document, variables }),
    });
    const body = (await response.json()) as { data?: unknown; errors?: { message: string }[] };
    const first = body.errors?.[0];
    return first ? { ok: false, error: apiErrorFromGraphQL(first) } : { ok: true, data: body.data };
  } catch (error) {
    return { ok: false, error: networkError(error) };
  }
}
