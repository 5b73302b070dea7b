import { type Accessor, batch, createEffect, createMemo, createSignal, on, onCleanup, untrack } from 'solid-js';
import { createStore, produce, reconcile } from 'solid-js/store';
import type { TypedDocumentString } from '../generated/graphql';
import { reconnects } from '../live/live-connection';
import { cached, query } from './api-client';
import type { ApiError } from './api-error';

interface Connection<N> {
  nodes: N[];
  totalCount?: number | null;
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
}

type PageVariables = { first?: number | null | undefined; after?: string | null | undefined };

export interface ListState<R, N> {
  nodes: readonly N[];
  total: Accessor<number | null | undefined>;
  /** The newest first page as the API gave it, for what surrounds the connection, such as its position. */
  head: Accessor<R | undefined>;
  hasMore: Accessor<boolean>;
  /** More exist, but this page holds as many as it may: the filter has to get narrower. */
  full: Accessor<boolean>;
  error: Accessor<ApiError | undefined>;
  loading: Accessor<boolean>;
  refreshing: Accessor<boolean>;
  loadMore: () => Promise<void>;
  /** Fetches what is shown again; `fromTop` goes back to one page of the newest. */
  refetch: (options?: { fromTop?: boolean }) => Promise<void>;
  retry: () => void;
  patch: (change: (nodes: N[]) => void) => void;
}

/** The API gives at most this many nodes a page. */
const largestPage = 200;
/** A list holds at most this many nodes in the tab. */
const mostNodes = 1_000;

/** A keyset-paged list as reactive state. Nodes are merged by `id`: a row's DOM node outlives refetches. */
export function createList<R extends object, V extends PageVariables, N extends { id: string }>(
  document: TypedDocumentString<R, V>,
  filter: Accessor<Omit<V, 'first' | 'after'>>,
  connection: (data: R) => Connection<N> | null | undefined,
  pageSize = 50,
): ListState<R, N> {
  const [store, setStore] = createStore<{ nodes: N[] }>({ nodes: [] });
  const [head, setHead] = createSignal<R>();
  const [page, setPage] = createSignal<Connection<N>>();
  const [error, setError] = createSignal<ApiError>();
  const [fetching, setFetching] = createSignal(false);
  let newest = 0;
  let failedAt: string | null = null;

  const variables = (first: number, after: string | null) => ({ ...untrack(filter), first, after }) as unknown as V;

  function show(data: R, appending: boolean): void {
    const next = connection(data);
    if (!next) return;
    // The copy keeps later patches out of urql's document cache.
    const incoming = structuredClone(next.nodes);
    const known = new Set(appending ? store.nodes.map((node) => node.id) : []);
    const nodes = appending ? [...store.nodes, ...incoming.filter((node) => !known.has(node.id))] : incoming;
    batch(() => {
      setPage(next);
      if (!appending) setHead(() => data);
      setStore('nodes', reconcile(nodes, { key: 'id' }));
    });
  }

  async function load(first: number, after: string | null): Promise<void> {
    const turn = ++newest;
    setFetching(true);
    const result = await query(document, variables(first, after));
    if (turn !== newest) return;
    failedAt = result.ok ? null : after;
    batch(() => {
      setFetching(false);
      setError(result.ok ? undefined : result.error);
      if (result.data) show(result.data, after !== null);
    });
  }

  const refetch = ({ fromTop = false } = {}) =>
    load(fromTop ? pageSize : Math.min(largestPage, Math.max(pageSize, store.nodes.length)), null);

  const key = createMemo(() => JSON.stringify(filter()));
  createEffect(
    on(key, () => {
      const known = cached(document, variables(pageSize, null));
      if (known && head() === undefined) show(known, false);
      void load(pageSize, null);
    }),
  );
  createEffect(on(reconnects, () => void refetch(), { defer: true }));
  onCleanup(() => {
    newest = -1;
  });

  const hasMore = () => page()?.pageInfo.hasNextPage === true && store.nodes.length < mostNodes;
  return {
    get nodes() {
      return store.nodes;
    },
    total: () => page()?.totalCount,
    head,
    hasMore,
    full: () => page()?.pageInfo.hasNextPage === true && store.nodes.length >= mostNodes,
    error,
    loading: () => head() === undefined && error() === undefined,
    refreshing: () => fetching() && head() !== undefined,
    loadMore: async () => {
      const after = page()?.pageInfo.endCursor;
      if (hasMore() && after && !fetching()) await load(pageSize, after);
    },
    refetch,
    retry: () => void (failedAt === null ? refetch() : load(pageSize, failedAt)),
    patch: (change) => setStore('nodes', produce(change)),
  };
}
