import DataLoader from 'dataloader';

/** The batch loaders of one request (of one frame, in a subscription). Made when first asked for. */
export class Loaders {
  readonly #made = new Map<string, DataLoader<never, unknown>>();

  /**
   * The loader of that name; keys that are objects are the same if they are one object. `batch` answers in the order of its keys, undefined for what does not exist.
   * Usage: `ctx.loaders.of('worker', (ids: readonly string[]) => workersByIds(ctx.db, ids)).load(id)`
   */
  of<K extends string | number | object, V>(
    name: string,
    batch: (keys: readonly K[]) => Promise<readonly (V | undefined)[]>,
  ): DataLoader<K, V | undefined> {
    let loader = this.#made.get(name) as DataLoader<K, V | undefined> | undefined;
    if (!loader) {
      loader = new DataLoader<K, V | undefined>(batch as DataLoader.BatchLoadFn<K, V | undefined>, {
        maxBatchSize: 1000,
      });
      this.#made.set(name, loader as unknown as DataLoader<never, unknown>);
    }
    return loader;
  }
}
