/** The wider types that take every value of a type. */
const wider: Partial<Record<string, readonly string[]>> = {
  integer: ['decimal', 'float', 'boolean'],
  decimal: ['float'],
  float: ['decimal'],
  boolean: ['integer'],
  date: ['timestamp', 'timestamptz'],
  timestamp: ['timestamptz'],
  timestamptz: ['timestamp'],
};

/** Whether values that look like one type are likely to be taken by a column of another. */
export function fits(looksLike: string, column: string): boolean {
  return looksLike === column || column === 'text' || (wider[looksLike] ?? []).includes(column);
}
