import { sentence } from '../format/format';

/** A setting that a hint is about, by its name in a request. */
interface Setting {
  readonly name: string;
}

/** What the window calls the settings that hints are about: the control, or what else sets them. */
const names: Readonly<Record<string, string>> = {
  added: 'Only what was added, under Check',
  changed: 'Resume anyway',
  columnTypes: 'under Mapping',
  create: 'under Target',
  decimal: 'under Mapping',
  formats: 'under Mapping',
  key: 'under Mapping',
  like: 'give the file the name that the program saved it by: NAME.rejected.csv',
  map: 'under Mapping',
  marks: 'Nothing of its own in the database, under Check',
  maxRatio: 'only on the command line',
  maxRecord: 'only on the command line',
  maxRejects: 'Stop after rejects, under Check',
  maxUnpacked: 'only on the command line',
  member: 'File in archive, under Source',
  mixedHeaders: 'Files with other fields, under Check',
  null: 'Read as NULL, under Check',
  onConflict: 'Key already in the table, under Check',
  partly: 'only on the command line',
  profile: 'under Source',
  schema: 'under Target',
  table: 'under Target',
  target: 'under Target',
  types: 'under Mapping',
  undo: 'Can be undone, under Check',
  unsure: 'They are there, or They are not there',
  writers: 'Writers, under Check',
};

/** A hint of the program, with the names that the window has for its settings. */
export function named(hint: string, settings: readonly Setting[] | null | undefined): string {
  const where = [...new Set((settings ?? []).map((s) => names[s.name] ?? ''))].filter(Boolean);
  return hint && where.length ? `${hint} (${where.join('; ')})` : hint;
}

/** The hint of a problem or a warning as a sentence of the window. */
export function hintOf(note: {
  readonly hint?: string;
  readonly settings?: readonly Setting[];
}): string {
  return sentence(named(note.hint ?? '', note.settings));
}
