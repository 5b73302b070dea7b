const turns = new WeakMap<object, Map<string, Promise<unknown>>>();

/**
 * One after the other for each key, in the order of asking: changes of one definition in one process need not race each
 * other to the log. @param owner whose keys these are
 */
export async function inTurn<T>(owner: object, key: string, act: () => Promise<T>): Promise<T> {
  const queue = turns.get(owner) ?? new Map<string, Promise<unknown>>();
  turns.set(owner, queue);
  const before = queue.get(key);
  const mine = (before ?? Promise.resolve()).then(act, act);
  const done = mine.catch(() => undefined);
  queue.set(key, done);
  try {
    return await mine;
  } finally {
    if (queue.get(key) === done) queue.delete(key);
  }
}
