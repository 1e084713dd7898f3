import { computed, linkedSignal, signal, type WritableSignal } from '@angular/core';
import type { Column, Dialect, Plan } from '../backend/model';
import { targetKind, type TargetKind } from '../format/target';
import { pathOfAll } from './names';

/** Stands for the name of a file in that of its table. */
const tableOfFile = '{name}';

/** The rules of a plan that a person sets beside table, columns and mapping. */
export type Rules = Pick<
  Plan,
  | 'onConflict'
  | 'key'
  | 'null'
  | 'quotedNull'
  | 'ragged'
  | 'maxRejects'
  | 'atomic'
  | 'undo'
  | 'writers'
  | 'marks'
>;

/** What a person changed about the column that a field of a new table becomes. */
export type ColumnEdit = Partial<Column> & {
  readonly leftOut?: boolean;
};

/**
 * What a person chose for the import that is being prepared. All of it holds
 * for that import alone: the next one starts with nothing chosen, even if it
 * is of the same file.
 */
export class Choices {
  private readonly path = signal('');
  private readonly imports = signal(0);
  private readonly chosenDialect = this.perImport<Dialect>({});
  private readonly chosenKind = this.perImport<TargetKind | undefined>(undefined);
  private readonly chosenTargets = this.perImport<Partial<Record<TargetKind, string>>>({});
  private readonly chosenTable = this.perImport<string | undefined>(undefined);
  private readonly chosenSchema = linkedSignal<string, string | undefined>({
    source: () => `${this.imports()}\n${JSON.stringify([this.chosenKind(), this.chosenTargets()])}`,
    computation: () => undefined,
  });
  private readonly chosenPreset = this.perImport<string | undefined>(undefined);
  private readonly chosenColumns = this.perImport<Readonly<Record<string, ColumnEdit>>>({});
  private readonly chosenRules = this.perImport<Rules>({});
  private readonly apart = this.perImport(false);
  private readonly added = this.perImport(false);
  private readonly chosenProfile = this.perImport('');
  private readonly answers = linkedSignal<string, Readonly<Record<string, string>>>({
    source: () => `${this.imports()}\n${this.chosenProfile()}`,
    computation: () => ({}),
  });
  private readonly chosenMapping = this.perTable();
  private readonly chosenFormats = this.perTable();
  private readonly found = signal<readonly string[]>([]);
  private readonly given = signal<readonly string[]>([]);
  private readonly deep = signal(false);
  private readonly pointedAt = this.perImport(false);
  private readonly chosenLeftOut = this.perImport<readonly string[]>([]);
  private readonly chosenEach = this.perImport(false);
  private readonly chosenPattern = this.perImport(tableOfFile);
  private readonly chosenMixed = this.perImport(false);
  private readonly chosenAtOnce = this.perImport<number | undefined>(undefined);

  /** The file that is looked at, the only one but for a set. */
  readonly file = this.path.asReadonly();
  /** All files that were chosen, in their order. */
  readonly files = this.found.asReadonly();
  /** The paths, folders and patterns that they were found by. */
  readonly names = this.given.asReadonly();
  /** Those in the folders of folders were taken, too. */
  readonly recursive = this.deep.asReadonly();
  /** The file that is looked at is not just the first. */
  readonly looked = this.pointedAt.asReadonly();
  readonly leftOut = this.chosenLeftOut.asReadonly();
  /** Those that are imported. */
  readonly importing = computed(() => {
    const leftOut = new Set(this.leftOut());
    return this.files().filter((file) => !leftOut.has(file));
  });
  /** Several files are imported, as one set. */
  readonly several = computed(() => this.importing().length > 1);
  /** The path by which the target of all is named, where nobody names it. */
  readonly lead = computed(() => (this.several() ? pathOfAll(this.importing()) : this.file()));
  /** Each of several files goes into a table of its own. */
  readonly each = computed(() => this.several() && this.chosenEach());
  /** The name of these tables, with the name of the file as {name}. */
  readonly pattern = this.chosenPattern.asReadonly();
  /** Files with other fields are taken. */
  readonly mixed = this.chosenMixed.asReadonly();
  /** How many files are imported side by side; undefined for one after the other. */
  readonly atOnce = this.chosenAtOnce.asReadonly();
  /** Changes with each new import. */
  readonly import = this.imports.asReadonly();
  /** The decisions about the dialect that are a person's; the others are detected. */
  readonly dialect = this.chosenDialect.asReadonly();
  /** Undefined for the kind of the target that is suggested. */
  readonly kind = this.chosenKind.asReadonly();
  /** The target of each kind that was chosen; none for what is suggested. */
  readonly targets = this.chosenTargets.asReadonly();
  /** Undefined for the default schema. It holds for one target. */
  readonly schema = this.chosenSchema.asReadonly();
  /** Undefined for the table that is suggested. */
  readonly table = this.chosenTable.asReadonly();
  /** The ready-made table; "" for one with the file's own columns, undefined for the one that is suggested. */
  readonly preset = this.chosenPreset.asReadonly();
  /** What was changed about the columns of a new table, by field. */
  readonly columns = this.chosenColumns.asReadonly();
  readonly rules = this.chosenRules.asReadonly();
  /** Rejected lines of an earlier import are imported like any other file. */
  readonly ignoresOrigin = this.apart.asReadonly();
  /** Only what was added to the file since it was last loaded into the table is imported. */
  readonly onlyAdded = this.added.asReadonly();
  /** The name of the profile that the import goes by; "" for none. */
  readonly profile = this.chosenProfile.asReadonly();
  /** Which field of the profile a field of the file is, that has another name; "" for none of them. */
  readonly renames = this.answers.asReadonly();
  /** The column of each field that was mapped; "" for a field that is left out. */
  readonly mapping = this.chosenMapping.asReadonly();
  /** How the values for existing or ready-made columns are written, by column. */
  readonly formats = this.chosenFormats.asReadonly();

  /** Mapping and formats hold for one table, which inTable names; they are forgotten when it changes. */
  constructor(private readonly inTable: () => string) {}

  /** Starts another import, with nothing chosen but the files; none for none yet. */
  open(files: readonly string[], names = files, recursive = false): void {
    this.imports.update((n) => n + 1);
    this.path.set(files[0] ?? '');
    this.found.set(files);
    this.given.set(names);
    this.deep.set(recursive);
  }

  /** Takes the files that are there now in the place of those that were found before. */
  refind(files: readonly string[]): void {
    this.found.set(files);
    if (!this.importing().includes(this.file())) {
      this.path.set(this.importing()[0] ?? '');
    }
  }

  /** Looks at another one of the files. What was chosen stays. */
  look(file: string): void {
    this.pointedAt.set(true);
    this.path.set(file);
  }

  /** Leaves a file out of the set, or takes it in again. One is always left. */
  leave(file: string, out: boolean): void {
    const others = this.leftOut().filter((other) => other !== file);
    const leftOut = out ? [...others, file] : others;
    const rest = this.files().filter((other) => !leftOut.includes(other));
    if (rest.length) {
      this.chosenLeftOut.set(leftOut);
      this.path.update((looked) => (rest.includes(looked) ? looked : (rest[0] ?? '')));
    }
  }

  /** Has all files go into one table, or each into its own. */
  setEach(each: boolean): void {
    this.chosenEach.set(each);
  }

  /** Names the tables of their own; one that has no {name} in it would be one for all. */
  setPattern(pattern: string): void {
    this.chosenPattern.set(pattern.includes(tableOfFile) ? pattern : pattern + tableOfFile);
  }

  /** Takes files with other fields. */
  setMixed(mixed: boolean): void {
    this.chosenMixed.set(mixed);
  }

  /** Says how many files are imported side by side. */
  setAtOnce(atOnce: number | undefined): void {
    this.chosenAtOnce.set(atOnce);
  }

  /** Has a file of rejected lines imported like any other. */
  ignoreOrigin(): void {
    this.apart.set(true);
  }

  /** Has only what was added to the file imported, or all of it. */
  setOnlyAdded(only: boolean): void {
    this.added.set(only);
  }

  /** Notes which profile the import goes by. */
  setProfile(name: string): void {
    this.chosenProfile.set(name);
  }

  /** Says that a field was called otherwise in the profile; "" if it was not there. */
  rename(is: string, was: string): void {
    this.answers.update((answers) => ({ ...answers, [is]: was }));
  }

  /** Overrides decisions about the dialect; undefined has one detected again. */
  setDialect(change: Partial<Dialect>): void {
    this.chosenDialect.update((dialect) => withoutUndefined({ ...dialect, ...change }));
  }

  /** Chooses the database, in the kind that its name tells of unless another is given; "" takes the suggested one. */
  setTarget(target: string, kind = target ? targetKind(target) : this.chosenKind()): void {
    this.chosenKind.set(kind);
    this.chosenTargets.update((all) =>
      withoutUndefined({ ...all, [kind ?? 'file']: target || undefined }),
    );
  }

  /** Chooses the kind of the target, and of that kind what was chosen before. */
  setKind(kind: TargetKind): void {
    this.chosenKind.set(kind);
  }

  /** Chooses the table by its name; one that does not exist is created. "" takes the suggested one. */
  setTable(table: string): void {
    this.chosenTable.set(table || undefined);
  }

  /** Chooses the schema of the table; "" takes the default one. */
  setSchema(schema: string): void {
    this.chosenSchema.set(schema || undefined);
  }

  /** Chooses a ready-made table, or with "" one with the file's own columns, by its suggested name. */
  setPreset(preset: string): void {
    this.chosenPreset.set(preset);
    this.chosenTable.set(undefined);
  }

  /** Sends a field to a column, "" to leave it out. */
  map(field: string, column: string): void {
    this.chosenMapping.update((map) => ({ ...map, [field]: column }));
  }

  /** Says how the values for a column of the table are written in the file. */
  setFormat(column: string, format: string): void {
    this.chosenFormats.update((formats) => ({ ...formats, [column]: format }));
  }

  /** Changes the column that a field of a new table becomes. */
  edit(field: string, change: ColumnEdit): void {
    this.chosenColumns.update((edits) => ({ ...edits, [field]: { ...edits[field], ...change } }));
  }

  /** Sets rules; undefined takes the default again. */
  setRules(change: Rules): void {
    this.chosenRules.update((rules) => withoutUndefined({ ...rules, ...change }));
  }

  private perImport<T>(initial: T): WritableSignal<T> {
    return linkedSignal({ source: this.imports, computation: () => initial });
  }

  private perTable(): WritableSignal<Readonly<Record<string, string>>> {
    return linkedSignal({
      source: () => `${this.imports()}\n${this.inTable()}`,
      computation: () => ({}),
    });
  }
}

export function withoutUndefined<T extends object>(all: T): T {
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) as T;
}
