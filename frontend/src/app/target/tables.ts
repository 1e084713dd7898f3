import { Component, ElementRef, computed, inject, linkedSignal, viewChild } from '@angular/core';
import { MatAutocomplete, MatAutocompleteTrigger } from '@angular/material/autocomplete';
import { MatOption } from '@angular/material/select';
import { MatTooltip } from '@angular/material/tooltip';
import type { Preset } from '../backend/model';
import { Draft } from '../draft/draft';
import { ChoiceBar } from '../field/choice-bar';
import { PathField } from '../field/path-field';
import { count, counted, fileName } from '../format/format';
import { targetName } from '../format/target';
import { Shortcuts, claimKeys } from '../keys/shortcuts';
import { bySchema, search } from './search';

/** The most tables that are listed; a search finds the others. */
const most = 200;

/** The table: a new one and its name, or one of those that exist. */
@Component({
  selector: 'lf-tables',
  imports: [ChoiceBar, MatAutocomplete, MatAutocompleteTrigger, MatOption, MatTooltip, PathField],
  templateUrl: './tables.html',
  styleUrl: './tables.scss',
})
export class Tables {
  protected readonly draft = inject(Draft);
  protected readonly keys = inject(Shortcuts);
  private readonly field = viewChild<ElementRef<HTMLInputElement>>('search');
  protected readonly counted = counted;
  protected readonly spreads = [
    { value: 'one', label: 'All files into one table' },
    { value: 'each', label: 'Each into its own' },
  ] as const;
  /** What becomes of the name of the file that is looked at. */
  protected readonly example = computed(() => {
    const { file = '', table = '' } = this.draft.files.get(this.draft.file()) ?? {};
    return table ? `${fileName(file)} goes into ${table}` : '';
  });
  /** With no more tables than these, there is nothing to search. */
  protected readonly few = 8;

  /** What is searched for, in this database. */
  protected readonly sought = linkedSignal<string, string>({
    source: this.draft.database.target,
    computation: () => '',
  });
  private readonly hits = computed(() => search(this.draft.database.tables(), this.sought()));
  protected readonly groups = computed(() => bySchema(this.hits().slice(0, most)));
  protected readonly found = computed(() => {
    const [hits, all] = [this.hits().length, this.draft.database.tables().length];
    return hits < all ? `${count(hits)} of ${count(all)}` : count(all);
  });
  protected readonly nothing = computed(() => {
    const [draft, hidden] = [this.draft, this.hits().length - most];
    if (draft.database.error()) {
      return 'Not known: see above.';
    }
    if (draft.database.tables().length) {
      return hidden > 0
        ? `and ${count(hidden)} more: search for one by its name`
        : this.hits().length
          ? ''
          : 'No table has such a name.';
    }
    if (draft.database.loading()) {
      return 'Looking …';
    }
    return draft.database.target()
      ? `${targetName(draft.database.target())} has no tables yet.`
      : 'Choose a database first.';
  });

  protected readonly choice = computed(() =>
    this.draft.table.creates() ? `new:${this.draft.table.preset()?.name ?? ''}` : '',
  );
  /** In MySQL a schema is a database. */
  protected readonly schemaWord = computed(() =>
    this.draft.database.place()?.kind === 'mysql' ? 'Database' : 'Schema',
  );
  /** What is in the field of the schema. */
  protected readonly typedSchema = linkedSignal(this.draft.table.schema);
  /** The schemas that contain what was typed; all before. */
  protected readonly schemaChoices = computed(() => {
    const [typed, chosen] = [this.typedSchema().trim(), this.draft.table.schema()];
    return typed === chosen
      ? this.draft.table.schemas()
      : search(
          this.draft.table.schemas().map((name) => ({ name })),
          typed,
        ).map((schema) => schema.name);
  });
  /** The ready-made tables, and whether the file has a field for each required column. */
  protected readonly presets = computed(() => {
    const fields = new Set((this.draft.preview()?.fields ?? []).map((f) => f.toLowerCase()));
    return this.draft.table.presets().map((preset) => ({
      preset,
      fits: fits(preset, fields),
    }));
  });

  constructor() {
    claimKeys([
      {
        label: 'Find a table',
        key: 'Mod+f',
        enabled: () => this.field() !== undefined,
        run: () => {
          this.field()?.nativeElement.focus();
        },
      },
    ]);
  }

  protected setSchema(field: HTMLInputElement): void {
    this.draft.table.createIn(field.value.trim());
    field.value = this.draft.table.schema();
    this.typedSchema.set(field.value);
  }
}

function fits(preset: Preset, fields: ReadonlySet<string>): boolean {
  return (
    fields.size > 0 && preset.columns.every((c) => c.nullable || fields.has(c.name.toLowerCase()))
  );
}
