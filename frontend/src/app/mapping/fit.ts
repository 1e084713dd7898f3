import type { Column } from '../backend/model';

/** The types whose every value is one of a wider type too. */
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

/** What a column asks of a field, in a word or two. */
export function demand(column: Column): string {
  if (column.generated) {
    return 'made by the database';
  }
  if (column.primaryKey) {
    return 'key';
  }
  return column.nullable ? '' : column.hasDefault ? 'has a default' : 'required';
}
