export const rowHeight = 20;
const overscan = 20;

export interface LogWindow {
  first: number;
  /** One past the last. */
  end: number;
}

/** Which rows of fixed height are near the visible part of the scroller. */
export function logWindow(scrollTop: number, height: number, count: number): LogWindow {
  const first = Math.max(0, Math.floor(scrollTop / rowHeight) - overscan);
  const end = Math.min(count, Math.ceil((scrollTop + height) / rowHeight) + overscan);
  return { first: Math.min(first, Math.max(0, count - 1)), end: Math.max(end, 0) };
}

/** At the end, give or take a few pixels of rounding and zoom. */
export function isAtEnd(scrollTop: number, height: number, contentHeight: number): boolean {
  return scrollTop + height >= contentHeight - rowHeight / 2;
}
