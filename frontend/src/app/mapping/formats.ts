import type { Choice, Column, Guess } from '../backend/model';
import { columnTypes, typeLabel } from '../format/words';

/** A way to read the values of a column: as this type, in this format. */
export interface Reading {
  readonly type: string;
  readonly format: string;
  readonly label: string;
  /** What a value of the file becomes. */
  readonly example: string;
}

/** The readings to offer for a field: the types, with the formats that its values allow. */
export function readings(column: Column, guess: Guess): readonly Reading[] {
  const found = [
    { type: column.type, format: column.format ?? '', example: '' },
    { type: guess.column.type, format: guess.column.format ?? '', example: '' },
  ];
  const formatted = [...(guess.ambiguous ?? []), ...found].filter((r) => r.format !== '');
  const all = [...formatted, ...columnTypes.map((type) => ({ type, format: '', example: '' }))];
  const seen = new Set<string>();
  return all
    .map((r) => ({ ...r, label: typeLabel(r) }))
    .filter((r) => !seen.has(r.label) && seen.add(r.label));
}

/** The ways that a field's values can be read for a column of this type, where there are several. */
export function choicesFor(column: Column, guess: Guess | undefined): readonly Choice[] {
  const family = (type: string) => (type.startsWith('timestamp') ? 'timestamp' : type);
  return (guess?.ambiguous ?? []).filter((c) => family(c.type) === family(column.type));
}
