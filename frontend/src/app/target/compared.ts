import type { Column, Head, Preview, Settled } from '../backend/model';

/** The most columns that are compared: a table can have thousands. */
const most = 100;

/** What a table has and what a file brings, under the columns of the table. */
export interface Compared {
  readonly columns: readonly (Column & { readonly numeric: boolean })[];
  /** The number of columns that are left out. */
  readonly hidden: number;
  /** The table's first rows; null is NULL, undefined what was not read. Undefined while they are not known. */
  readonly there: readonly (readonly (string | null | undefined)[])[] | undefined;
  /** The file's first records that can be read; undefined where no field goes to the column. */
  readonly coming: readonly {
    readonly line: number;
    readonly values: readonly (string | undefined)[];
  }[];
}

const numbers = ['integer', 'decimal', 'float'];

export function compared(
  settled: Settled,
  preview: Preview,
  head: Head | undefined,
  rows: number,
): Compared {
  const columns = settled.columns.slice(0, most);
  const from = new Map(settled.mapping.map(({ column }, i) => [column, i]));
  const places = new Map(head?.columns.map((name, i) => [name, i]));
  return {
    columns: columns.map((column) => ({
      ...column,
      numeric: numbers.includes(column.type),
    })),
    hidden: settled.columns.length - columns.length,
    there: head?.rows
      .slice(0, rows)
      .map((row) => columns.map(({ name }) => row[places.get(name) ?? -1])),
    coming: preview.rows
      .filter((row) => !row.problem)
      .slice(0, rows)
      .map((row) => ({
        line: row.line,
        values: columns.map(({ name }) => row.values[from.get(name) ?? -1]),
      })),
  };
}
