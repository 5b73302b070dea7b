/** The queue that always exists. */
export const DEFAULT_QUEUE = 'default';

/** Whether runs may be sent there: it was configured, a worker named it, or it is the one that always exists. */
export const hasQueue = (store: { queues: { has(name: string): boolean } }, name: string): boolean =>
  name === DEFAULT_QUEUE || store.queues.has(name);
