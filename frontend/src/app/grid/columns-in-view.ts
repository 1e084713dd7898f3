export interface ColumnsInView {
  /** The columns to render: [start, end). */
  readonly start: number;
  readonly end: number;
  /** The width of the columns before and after them, in px. */
  readonly before: number;
  readonly after: number;
}

/** The columns of these widths that are between two positions, in px. */
export function columnsInView(
  widths: readonly number[],
  left: number,
  right: number,
): ColumnsInView {
  let start = 0;
  let before = 0;
  while (start < widths.length && before + (widths[start] ?? 0) <= left) {
    before += widths[start] ?? 0;
    start++;
  }
  let end = start;
  let to = before;
  while (end < widths.length && to < right) {
    to += widths[end] ?? 0;
    end++;
  }
  const after = widths.slice(end).reduce((sum, width) => sum + width, 0);
  return { start, end, before, after };
}
