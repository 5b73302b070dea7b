import { type Accessor, createEffect, createMemo, createSignal, on, onCleanup, untrack } from 'solid-js';
import { createStore, produce, reconcile, unwrap } from 'solid-js/store';
import type { TypedDocumentString } from '../generated/graphql';
import { reconnects } from '../live/live-connection';
import { cached, query } from './api-client';
import type { ApiError } from './api-error';

export interface QueryState<R> {
  /** The newest answer; stays while a new one is fetched, and when fetching fails. */
  data: Accessor<R | undefined>;
  error: Accessor<ApiError | undefined>;
  /** Nothing to show yet. */
  loading: Accessor<boolean>;
  /** An answer is shown and a newer one is on its way. */
  refreshing: Accessor<boolean>;
  refetch: () => Promise<void>;
  /** Changes what is shown, until the next answer. */
  patch: (change: (data: R) => void) => void;
  /** Replaces some root fields by newer ones, keeping the identity of what has the same `id`. */
  merge: (part: Partial<R>) => void;
}

/**
 * A query as reactive state. Answers are merged by `id`, so that a row's DOM node outlives a refetch. Variables that
 * change fetch anew (`undefined`: not yet), and so does a live connection that came back.
 */
export function createQuery<R extends object, V extends object>(
  document: TypedDocumentString<R, V>,
  variables: Accessor<V | undefined>,
): QueryState<R> {
  const [store, setStore] = createStore<{ data: R | undefined }>({ data: undefined });
  const [error, setError] = createSignal<ApiError>();
  const [fetching, setFetching] = createSignal(false);
  let newest = 0;

  // The copy keeps later patches out of urql's document cache.
  const show = (data: R) => setStore('data', reconcile(structuredClone(data) as never, { key: 'id' }));

  async function load(wanted: V): Promise<void> {
    const turn = ++newest;
    setFetching(true);
    const result = await query(document, wanted);
    if (turn !== newest) return;
    setFetching(false);
    setError(result.ok ? undefined : result.error);
    if (result.data) show(result.data);
  }

  const key = createMemo(() => JSON.stringify(variables()));
  createEffect(
    on(key, () => {
      const wanted = untrack(variables);
      if (!wanted) return;
      const known = cached(document, wanted);
      if (known && !store.data) show(known);
      void load(wanted);
    }),
  );

  const refetch = async () => {
    const wanted = untrack(variables);
    if (wanted) await load(wanted);
  };
  createEffect(on(reconnects, () => void refetch(), { defer: true }));
  onCleanup(() => {
    newest = -1;
  });

  return {
    data: () => store.data,
    error,
    loading: () => store.data === undefined && error() === undefined,
    refreshing: () => fetching() && store.data !== undefined,
    refetch,
    patch: (change) => setStore(produce((state) => void (state.data && change(state.data)))),
    merge: (part) => {
      if (store.data) show({ ...unwrap(store.data), ...part } as R);
    },
  };
}
