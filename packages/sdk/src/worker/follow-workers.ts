import { live, parseCommit, runFilters } from '@jobflow/contracts';
import type { NatsLink, Stoppable } from '@jobflow/platform';
import type { AssembledEngine } from './assemble-engine.js';

/** Listens to the other workers: their beats tell who lives, their claims what they took over. */
export function followWorkers(link: NatsLink, { workers, engine }: AssembledEngine): Stoppable[] {
  const beats = link.nc.subscribe(live.worker, {
    callback: (error, message) => {
      if (!error) workers.hear(message.data);
    },
  });
  const claims = link.nc.subscribe(runFilters.claim, {
    callback: (error, message) => {
      const parsed = error ? undefined : parseCommit('run', message.data);
      if (!parsed?.ok) return;
      for (const event of parsed.commit.events) if (event.type === 'RunClaimed') engine.heardClaim(event);
    },
  });
  return [beats, claims].map((subscription) => ({ stop: async () => subscription.unsubscribe() }));
}
