import { live } from '@jobflow/contracts';
import type { Clock, NatsLink } from '@jobflow/platform';

/** What moved on while nobody looked: never more than the ids of operations, of which few are under way. */
export interface BulkWatch {
  /** The operations that moved on since the last call; empty after `timeoutMs`. */
  next(timeoutMs: number): Promise<ReadonlySet<string>>;
  stop(): void;
}

/** Tells every gateway that an operation moved on. A hint: it may be lost, so who waits for it looks by itself as well. */
export interface BulkNews {
  tell(id: string): void;
  /** Of one operation, or of all. */
  watch(id?: string): BulkWatch;
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** Remembered for one watcher; one that is slower than this many operations looks at fewer. */
const MOST_IDS = 1_000;

export function createBulkNews(link: Pick<NatsLink, 'nc'>, clock: Pick<Clock, 'setTimer'>): BulkNews {
  const listeners = new Set<(id: string) => void>();
  let unsubscribe: (() => void) | undefined;

  function watch(only?: string): BulkWatch {
    let ids = new Set<string>();
    let wake: (() => void) | undefined;
    const listener = (id: string) => {
      if (only !== undefined && id !== only) return;
      if (ids.size < MOST_IDS) ids.add(id);
      wake?.();
    };
    listeners.add(listener);
    return {
      async next(timeoutMs) {
        if (ids.size === 0) {
          await new Promise<void>((resolve) => {
            const timer = clock.setTimer(timeoutMs, resolve);
            wake = () => {
              timer.cancel();
              resolve();
            };
          });
          wake = undefined;
        }
        const moved = ids;
        ids = new Set();
        return moved;
      },
      stop() {
        listeners.delete(listener);
        wake?.();
      },
    };
  }

  return {
    tell(id) {
      if (!link.nc.isClosed()) link.nc.publish(live.bulk, id);
    },
    watch,
    async start() {
      const subscription = link.nc.subscribe(live.bulk, {
        callback: (error, message) => {
          if (error) return;
          const id = new TextDecoder().decode(message.data).slice(0, 64);
          for (const listener of listeners) listener(id);
        },
      });
      unsubscribe = () => subscription.unsubscribe();
    },
    async stop() {
      unsubscribe?.();
      unsubscribe = undefined;
    },
  };
}
