import { Component, computed, inject, input } from '@angular/core';
import { MatOption, MatSelect } from '@angular/material/select';
import { MatTooltip } from '@angular/material/tooltip';
import { Draft } from '../draft/draft';
import { typeLabel } from '../format/words';
import { readings, type Reading } from './formats';

/** The columns of a new table that takes them from the file: one for each field, to be changed or left out. */
@Component({
  selector: 'lf-columns-from-fields',
  imports: [MatOption, MatSelect, MatTooltip],
  template: `
    <table>
      <thead>
        <tr>
          <th>load</th>
          <th>field</th>
          <th>column</th>
          <th>type</th>
          <th>key</th>
          <th>required</th>
          <th>why</th>
          <th>first values</th>
        </tr>
      </thead>
      <tbody>
        @for (entry of columns(); track entry.field) {
          <tr [class.out]="entry.leftOut">
            <td>
              <input
                type="checkbox"
                [attr.aria-label]="'Load ' + entry.field"
                [checked]="!entry.leftOut"
                (change)="draft.choices.edit(entry.field, { leftOut: !entry.leftOut })"
              />
            </td>
            <td class="data">{{ entry.field }}</td>
            <td>
              <input
                #name
                class="control name data"
                type="text"
                spellcheck="false"
                [attr.aria-label]="'Column for ' + entry.field"
                [disabled]="entry.leftOut"
                [value]="entry.column.name"
                (change)="rename(entry.field, name)"
              />
            </td>
            <td>
              <mat-select
                class="control type"
                panelWidth=""
                [class.unsure]="entry.undecided"
                [aria-label]="'Type of ' + entry.column.name"
                [attr.data-testid]="'type-' + entry.field"
                [disabled]="entry.leftOut"
                [value]="entry.reading"
                (valueChange)="read(entry.field, entry.readings, $event)"
              >
                @for (reading of entry.readings; track reading.label) {
                  <mat-option [value]="reading.label">
                    {{ reading.label }}
                    @if (reading.example) {
                      <span class="muted">{{ reading.example }}</span>
                    }
                  </mat-option>
                }
              </mat-select>
            </td>
            <td>
              <input
                type="checkbox"
                [attr.aria-label]="entry.column.name + ' is part of the key'"
                [disabled]="entry.leftOut"
                [checked]="entry.column.primaryKey"
                (change)="draft.choices.edit(entry.field, { primaryKey: !entry.column.primaryKey })"
              />
            </td>
            <td>
              <input
                type="checkbox"
                [attr.aria-label]="entry.column.name + ' is required'"
                [disabled]="entry.leftOut || entry.column.primaryKey"
                [checked]="!entry.column.nullable"
                (change)="draft.choices.edit(entry.field, { nullable: !entry.column.nullable })"
              />
            </td>
            <td class="why" [class.unsure]="entry.undecided" [matTooltip]="entry.guess.evidence">
              @if (entry.before) {
                <span
                  class="unsure"
                  matTooltip="Suggested by the first records; a check of all records found another"
                  [attr.data-testid]="'before-' + entry.field"
                  >Was {{ entry.before }}:</span
                >
              }
              {{ entry.undecided ? 'Choose: ' : '' }}{{ entry.why }}
            </td>
            <td class="samples">
              <span class="data">{{ samples().get(entry.field) }}</span>
            </td>
          </tr>
        }
      </tbody>
    </table>
  `,
  styleUrl: './mapping-table.scss',
})
export class ColumnsFromFields {
  readonly samples = input.required<ReadonlyMap<string, string>>();
  protected readonly draft = inject(Draft);
  protected readonly columns = computed(() =>
    this.draft.newColumns().map((entry) => ({
      ...entry,
      readings: readings(entry.column, entry.guess),
      reading: typeLabel(entry.column),
      // The type is shown beside it, unless another was chosen.
      why: entry.decided
        ? entry.guess.evidence
        : entry.guess.evidence.replace(`${entry.guess.column.type}, `, '').replace(/^because /, ''),
      undecided: (entry.guess.ambiguous ?? []).length > 0 && !entry.decided,
    })),
  );

  protected read(field: string, all: readonly Reading[], chosen: string): void {
    const reading = all.find((r) => r.label === chosen);
    if (reading) {
      this.draft.choices.edit(field, { type: reading.type, format: reading.format });
    }
  }

  /** Takes a name; an empty field shows the last one again. */
  protected rename(field: string, input: HTMLInputElement): void {
    const name = input.value.trim();
    if (name) {
      this.draft.choices.edit(field, { name });
    } else {
      input.value = this.draft.newColumns().find((c) => c.field === field)?.column.name ?? '';
    }
  }
}
