import type { Column, Guess } from '../backend/model';
import { typeLabel } from '../format/words';
import type { ColumnEdit } from './choices';

/** A column of a new table that takes its columns from the file. */
export interface NewColumn {
  readonly field: string;
  readonly guess: Guess;
  readonly column: Column;
  readonly leftOut: boolean;
  /** A person chose the type. */
  readonly decided: boolean;
  /** The type that the first records suggested, if a check of all records found another; else "". */
  readonly before: string;
}

/**
 * The columns for the fields of a file: as its first records suggest, as a
 * check found in all records, and as a person changed them.
 */
export function newColumns(
  first: readonly Guess[],
  found: readonly Guess[],
  edits: Readonly<Record<string, ColumnEdit>>,
): readonly NewColumn[] {
  return first.map((suggested) => {
    const { leftOut = false, ...edit } = edits[suggested.field] ?? {};
    const guess = found.find((g) => g.field === suggested.field) ?? suggested;
    const decided = edit.type !== undefined;
    // The rest of the file may hold empty values, so only a key is required by default.
    const column = {
      ...(decided ? suggested : guess).column,
      nullable: !edit.primaryKey,
      ...edit,
    };
    const same = typeLabel(guess.column) === typeLabel(suggested.column);
    const before = same || decided ? '' : typeLabel(suggested.column);
    return { field: suggested.field, guess, leftOut, decided, before, column };
  });
}
