import { type Client, createClient } from 'graphql-ws';
import { createSignal } from 'solid-js';
import type { ApiError } from '../api/api-error';
import { apiErrorFromGraphQL } from '../api/api-error';
import { noteAnswered, probe } from '../api/reachability';
import type { TypedDocumentString } from '../generated/graphql';
import { accessToken, renewSession } from '../session/session';
import { reconnectDelay } from './reconnect-delay';

/**
 * One socket for all subscriptions of this tab.
 *
 *   idle ──► connecting ──► live ──► reconnecting ──► live …
 *
 * Each subscription asks again by itself after a loss, with variables as they are then (so that it resumes after the
 * last position it saw); that is why graphql-ws's own retry, which repeats the first request word for word, is off.
 */
export type LiveStatus = 'idle' | 'connecting' | 'live' | 'reconnecting';

const [liveStatus, setLiveStatus] = createSignal<LiveStatus>('idle');
const [lastHeardAt, setLastHeardAt] = createSignal<number>();
const [reconnects, setReconnects] = createSignal(0);

/** `lastHeardAt`: when the server last said anything. `reconnects`: counts regained connections; queries refetch on it. */
export { lastHeardAt, liveStatus, reconnects };

let client: Client | undefined;
let failures = 0;
let everLive = false;

function socketUrl(): string {
  const { protocol, host } = window.location;
  return `${protocol === 'https:' ? 'wss' : 'ws'}://${host}/graphql`;
}

function connection(): Client {
  client ??= createClient({
    url: socketUrl,
    lazy: true,
    // Going from page to page must not close the socket between the last unsubscribe and the next subscribe.
    lazyCloseTimeout: 5_000,
    keepAlive: 10_000,
    connectionAckWaitTimeout: 10_000,
    retryAttempts: 0,
    connectionParams: async () => ({ authorization: `Bearer ${(await accessToken()) ?? ''}` }),
    on: {
      connecting: () => setLiveStatus(everLive || failures > 0 ? 'reconnecting' : 'connecting'),
      connected: onConnected,
      message: heard,
      pong: heard,
      ping: watchForPong,
      closed: onClosed,
    },
  });
  return client;
}

function onConnected(): void {
  const again = everLive;
  failures = 0;
  everLive = true;
  heard();
  noteAnswered();
  setLiveStatus('live');
  if (again) setReconnects((count) => count + 1);
}

let pongTimer: ReturnType<typeof setTimeout> | undefined;

function heard(): void {
  clearTimeout(pongTimer);
  const now = Date.now();
  // The pill shows seconds; finer steps would only wake its effects.
  setLastHeardAt((before) => (before !== undefined && now - before < 1_000 ? before : now));
}

/** A socket over a sleeping laptop stays open and silent: no pong within 5 s means it is dead. */
function watchForPong(received: boolean): void {
  if (received) return;
  clearTimeout(pongTimer);
  pongTimer = setTimeout(() => client?.terminate(), 5_000);
}

function onClosed(event: unknown): void {
  clearTimeout(pongTimer);
  const code = (event as { code?: number }).code;
  if (code === 4401 || code === 4403) void renewSession();
  if (code === 1000) {
    setLiveStatus('idle');
    return;
  }
  failures += 1;
  void probe();
  setLiveStatus('reconnecting');
}

export interface LiveSink<R> {
  next: (data: R) => void;
  /** The server refused the subscription itself; it is not asked again. */
  refused?: (error: ApiError) => void;
  /** The server says that nothing more will come, and this is expected: do not ask again. */
  isComplete?: () => boolean;
}

/** Subscribes until the returned function is called. `variables` is read anew at every (re)connect. */
export function subscribeLive<R, V>(
  document: TypedDocumentString<R, V>,
  variables: () => V,
  sink: LiveSink<R>,
): () => void {
  let stopped = false;
  let unsubscribe: (() => void) | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let attempts = 0;

  const again = () => {
    if (stopped || sink.isComplete?.()) return;
    attempts += 1;
    clearTimeout(timer);
    timer = setTimeout(open, reconnectDelay(Math.max(attempts, failures), Math.random));
  };

  function open(): void {
    if (stopped) return;
    unsubscribe = connection().subscribe<R>(
      { query: document.toString(), variables: variables() as Record<string, unknown> },
      {
        next: (result) => {
          attempts = 0;
          if (stopped) return;
          const refusal = result.errors?.[0];
          if (refusal && !result.data) sink.refused?.(apiErrorFromGraphQL(refusal));
          if (result.data) sink.next(result.data);
        },
        error: (error) => {
          const refusal = Array.isArray(error) ? (error[0] as Parameters<typeof apiErrorFromGraphQL>[0]) : undefined;
          const refused = refusal && apiErrorFromGraphQL(refusal);
          if (refused && !refused.retryable && refused.code !== 'UNAUTHENTICATED') sink.refused?.(refused);
          else again();
        },
        complete: again,
      },
    );
  }

  open();
  return () => {
    stopped = true;
    clearTimeout(timer);
    unsubscribe?.();
  };
}

/** Drops the socket, for a sign-out: the next subscription opens one as whoever is signed in then. */
export function dropConnection(): void {
  const leaving = client;
  client = undefined;
  everLive = false;
  failures = 0;
  setLiveStatus('idle');
  void leaving?.dispose();
}
