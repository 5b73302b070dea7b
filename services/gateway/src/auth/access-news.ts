import { live } from '@jobflow/contracts';
import type { NatsLink, Service } from '@jobflow/platform';

/** Tells all gateways, this one first, that somebody's role, session or key changed. */
export interface AccessNews extends Service {
  changed(): Promise<void>;
  onChanged(listener: () => void): () => void;
}

export function createAccessNews(link: NatsLink): AccessNews {
  const listeners = new Set<() => void>();
  let unsubscribe: (() => void) | undefined;
  const tell = () => {
    for (const listener of listeners) listener();
  };
  return {
    async start() {
      const subscription = link.nc.subscribe(live.access, { callback: (error) => void (error ?? tell()) });
      unsubscribe = () => subscription.unsubscribe();
    },
    async stop() {
      unsubscribe?.();
      unsubscribe = undefined;
    },
    async changed() {
      tell();
      // A hint: whoever misses it looks everybody up anew within five seconds anyway.
      try {
        link.nc.publish(live.access);
      } catch {
        return;
      }
    },
    onChanged(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
