import type { StateStore } from '@jobflow/platform';

/** The queues that are known to be in other schedulers' shards. One that nobody knows is not among them. */
export const otherQueues = (store: Pick<StateStore, 'queues'>, isOwn: (queue: string) => boolean): string[] =>
  [...store.queues.keys()].filter((queue) => !isOwn(queue));
