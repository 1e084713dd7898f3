import type { Table } from '../backend/model';
import { tableOf } from '../format/target';

/** The tables, or schemas, whose name contains each of the words; a table's has its schema before it. */
export function search<T extends Pick<Table, 'name' | 'schema'>>(
  tables: readonly T[],
  words: string,
): readonly T[] {
  const sought = words.toLowerCase().split(/\s+/);
  return tables.filter((t) => {
    const name = tableOf({ schema: t.schema, table: t.name }).toLowerCase();
    return sought.every((word) => name.includes(word));
  });
}

/** Tables by their schemas, in the order in which these come. */
export function bySchema(
  tables: readonly Table[],
): readonly { readonly schema: string; readonly tables: readonly Table[] }[] {
  const schemas = [...new Set(tables.map((t) => t.schema ?? ''))];
  return schemas.map((schema) => ({
    schema,
    tables: tables.filter((t) => (t.schema ?? '') === schema),
  }));
}
