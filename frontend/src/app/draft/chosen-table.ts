import { computed, inject, resource, type Signal } from '@angular/core';
import type { Preset, Preview, Request, Table } from '../backend/model';
import { Program } from '../backend/program';
import type { Choices } from './choices';
import type { ChosenDatabase } from './chosen-database';
import { tableName } from './names';

/**
 * The table that the import goes into: one that exists, a ready-made one, or one
 * with the file's own columns. Created in an injection context.
 */
export class ChosenTable {
  private readonly program = inject(Program);
  private readonly offering = resource({ loader: () => this.program.presets() });
  /** The last name that was made free by a number at its end. */
  private numbered = { usual: '', name: '' };

  /** The ready-made tables. */
  readonly presets = computed((): readonly Preset[] =>
    this.offering.hasValue() ? this.offering.value() : [],
  );
  /** The ready-made table: the chosen one, else the one with exactly the fields of the file. */
  readonly preset = computed(() => {
    if (this.choices.each()) {
      return undefined;
    }
    const [chosen, fields] = [this.choices.preset(), this.preview()?.fields.join('\n')];
    return this.presets().find((p) =>
      chosen === undefined ? p.columns.map((c) => c.name).join('\n') === fields : p.name === chosen,
    );
  });
  readonly name = computed(() => {
    const file = this.choices.lead();
    if (this.choices.each()) {
      return this.choices.pattern();
    }
    return (
      this.choices.table() ??
      this.origin()?.plan.table ??
      this.preset()?.table ??
      (file ? tableName(file) : '')
    );
  });

  /** "" where tables are in no schema. */
  readonly schema = computed(() => {
    const place = this.database.place();
    const origins = this.database.isOrigin() ? this.origin()?.plan.schema : undefined;
    return place?.schemas ? (this.choices.schema() ?? origins ?? place.schema ?? '') : '';
  });
  /** The schemas to choose from for a new table, the default one first. */
  readonly schemas = computed((): readonly string[] => {
    const { schemas, schema } = this.database.place() ?? {};
    const all = [schema ?? '', ...this.database.schemas()];
    return schemas ? [...new Set(all)].filter(Boolean) : [];
  });
  /** There is no default schema, as in MySQL without a database, and none was chosen. */
  readonly lacksSchema = computed(
    () => this.database.place()?.schemas === true && this.schema() === '',
  );

  /** The table, if it exists already; undefined if the import creates it. */
  readonly existing = computed(() => this.find(this.name()));
  /** The names of those tables that files are to have for their own, and that exist already. */
  readonly taken = computed(() =>
    this.choices.each() ? this.own().filter((name) => this.find(name)) : [],
  );
  /** Whether the import creates it, or them. */
  readonly creates = computed(() =>
    this.choices.each() ? this.taken().length === 0 : this.existing() === undefined,
  );

  /**
   * The request of the origin is undefined where the file holds no rejected lines. Own
   * are the tables of files that are to have one each.
   */
  constructor(
    private readonly choices: Choices,
    private readonly database: ChosenDatabase,
    private readonly origin: Signal<Request | undefined>,
    private readonly preview: Signal<Preview | undefined>,
    private readonly own: () => readonly string[],
  ) {}

  /** Has one created, a ready-made one or with "" one with the file's own columns, under a free name. */
  create(preset: string): void {
    this.choices.setPreset(preset);
    this.takeFreeName();
  }

  /** Has it created in a schema, "" for the default one, under a free name. */
  createIn(schema: string): void {
    this.choices.setSchema(schema);
    this.takeFreeName();
  }

  /** Chooses one that exists. */
  use(table: Table): void {
    this.choices.setSchema(table.schema ?? '');
    this.choices.setTable(table.name);
  }

  private takeFreeName(): void {
    const { usual, name } = this.numbered;
    const wanted = this.name() === name ? usual : this.name();
    if (wanted !== this.name()) {
      this.choices.setTable(wanted); // here it may be free
    }
    for (let i = 2; !this.creates(); i++) {
      this.choices.setTable(`${wanted}_${i}`);
    }
    this.numbered = { usual: wanted, name: this.name() };
  }

  /** On servers, names may differ in case alone. */
  private find(wanted: string): Table | undefined {
    const exact = this.database.place()?.server !== undefined;
    const name = (t: string) => (exact ? t : t.toLowerCase());
    return this.database
      .tables()
      .find((t) => (t.schema ?? '') === this.schema() && name(t.name) === name(wanted));
  }
}
