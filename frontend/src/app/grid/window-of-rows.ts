/**
 * The tallest that a scrolled element may be. Browsers stop at 2^25 px (WebKit)
 * or earlier; more rows than fit are reached by scrolling faster.
 */
export const tallest = 24_000_000;

/** Rows are rendered beyond both edges, so that a slow frame shows no gap. */
const margin = 8;

export interface RowsInView {
  /** How tall the scrolled element is, in px. */
  readonly height: number;
  /** The rows to render: [start, end). */
  readonly start: number;
  readonly end: number;
  /** Where the first of them is, in px from the top of the scrolled element. */
  readonly offset: number;
}

/** Which of `count` rows of `row` px are in view, and where. */
export function rowsInView(count: number, row: number, top: number, view: number): RowsInView {
  const full = count * row;
  const height = Math.min(full, tallest);
  const virtual = toRows(count, row, top, view);
  const start = Math.max(0, Math.floor(virtual / row) - margin);
  const end = Math.min(count, Math.ceil((virtual + view) / row) + margin);
  return { height, start, end, offset: top - (virtual - start * row) };
}

/** The scroll position at which row `index` is the first in view. */
export function scrollTopOf(index: number, count: number, row: number, view: number): number {
  return (index * row) / speed(count, row, view);
}

/** How far the rows are scrolled, in px of their own, at scroll position `top`. */
export function toRows(count: number, row: number, top: number, view: number): number {
  const limit = Math.max(0, count * row - view);
  return Math.max(0, Math.min(top * speed(count, row, view), limit));
}

/** How many px of rows one px of scrolling is. */
function speed(count: number, row: number, view: number): number {
  const full = count * row;
  return full <= tallest ? 1 : (full - view) / (tallest - view);
}
