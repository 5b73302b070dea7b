import { type CursorValues, encodeCursor } from './cursor.js';
import type { PageInfo } from './page-info.js';

export interface Page<T> {
  nodes: T[];
  edges: { cursor: string; node: T }[];
  pageInfo: PageInfo;
}

export interface PageOf<R, T> {
  /** Up to `first` + 1 rows: the one too many only tells that there is a next page. */
  rows: readonly R[];
  first: number;
  /** A cursor was given. */
  continued: boolean;
  order: string;
  node(row: R): T;
  cursor(row: R): CursorValues;
}

/** A page of a connection, from rows in order. */
export function pageOf<R, T>({ rows, first, continued, order, node, cursor }: PageOf<R, T>): Page<T> {
  const edges = rows.slice(0, first).map((row) => ({ cursor: encodeCursor(order, cursor(row)), node: node(row) }));
  return {
    nodes: edges.map((edge) => edge.node),
    edges,
    pageInfo: {
      hasNextPage: rows.length > first,
      hasPreviousPage: continued,
      startCursor: edges[0]?.cursor,
      endCursor: edges.at(-1)?.cursor,
    },
  };
}
