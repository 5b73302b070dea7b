import type { Clock, Logger, Service, Timer } from '@jobflow/platform';
import type { AccessNews } from '../auth/access-news.js';
import type { Authenticator } from '../auth/authenticator.js';
import type { Principal } from '../auth/principal.js';

/** A client that stays: a socket or an event stream. */
export interface LiveClient {
  readonly authorization: string | undefined;
  readonly principal: Principal;
  /** Called once, when the client may stay no longer. */
  end(reason: string): void;
}

/** Ends clients whose token expires, whose session ends, whose key is revoked or whose role changes. */
export interface ClientWatch extends Service {
  /** Returns what ends the watching. */
  watch(client: LiveClient): () => void;
  count(): number;
}

/** News may get lost, so everybody is looked up anew this often. */
const lookEveryMs = 5_000;

export function createClientWatch(
  authenticator: Authenticator,
  news: AccessNews,
  clock: Clock,
  logger: Logger,
): ClientWatch {
  const clients = new Map<LiveClient, Timer | undefined>();
  let timer: Timer | undefined;
  let off: (() => void) | undefined;
  let looking = false;
  let lookOnceMore = false;

  function end(client: LiveClient, reason: string): void {
    clients.get(client)?.cancel();
    if (clients.delete(client)) client.end(reason);
  }

  async function look(): Promise<void> {
    lookOnceMore = looking;
    if (looking) return;
    looking = true;
    try {
      for (const client of [...clients.keys()]) {
        const { principal } = await authenticator.authenticate(client.authorization);
        if (!principal || !same(principal, client.principal)) end(client, 'your access has changed: sign in again');
      }
    } catch (error) {
      // Nobody is thrown out because the database is away; tokens end by themselves.
      logger.debug({ err: error }, 'live clients could not be looked up');
    } finally {
      looking = false;
      if (lookOnceMore) await look();
    }
  }

  const lookAgain = () => {
    timer = clock.setTimer(lookEveryMs, () => void look().then(() => timer && lookAgain()));
  };

  return {
    async start() {
      off = news.onChanged(() => void look());
      lookAgain();
    },
    async stop() {
      off?.();
      timer?.cancel();
      timer = undefined;
      for (const client of [...clients.keys()]) end(client, 'the server is going away');
    },
    watch(client) {
      const { expiresAt } = client.principal;
      const expiry =
        expiresAt === undefined ? undefined : clock.setTimerAt(expiresAt, () => end(client, 'your access has expired'));
      clients.set(client, expiry);
      return () => {
        clients.get(client)?.cancel();
        clients.delete(client);
      };
    },
    count: () => clients.size,
  };
}

const same = (a: Principal, b: Principal): boolean =>
  a.id === b.id && a.role === b.role && String(a.jobs) === String(b.jobs);
