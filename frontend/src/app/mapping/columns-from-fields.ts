import { Component, inject, input } from '@angular/core';
import { MatOption, MatSelect } from '@angular/material/select';
import { MatTooltip } from '@angular/material/tooltip';
import { Draft } from '../draft/draft';
import { columnTypes } from '../format/words';

/** The columns of a table that is made after the file: one for each field, to be changed or left out. */
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
          <th>first values</th>
        </tr>
      </thead>
      <tbody>
        @for (entry of draft.newColumns(); track entry.field) {
          <tr [class.out]="entry.leftOut">
            <td>
              <input
                type="checkbox"
                [attr.aria-label]="'Load ' + entry.field"
                [checked]="!entry.leftOut"
                (change)="draft.edit(entry.field, { leftOut: !entry.leftOut })"
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
                [class.unsure]="entry.guess.ambiguous?.length"
                [aria-label]="'Type of ' + entry.column.name"
                [disabled]="entry.leftOut"
                [matTooltip]="entry.guess.evidence"
                [value]="entry.column.type"
                (valueChange)="draft.edit(entry.field, { type: $event })"
              >
                @for (type of types; track type) {
                  <mat-option [value]="type">{{ type }}</mat-option>
                }
              </mat-select>
            </td>
            <td>
              <input
                type="checkbox"
                [attr.aria-label]="entry.column.name + ' is part of the key'"
                [disabled]="entry.leftOut"
                [checked]="entry.column.primaryKey"
                (change)="draft.edit(entry.field, { primaryKey: !entry.column.primaryKey })"
              />
            </td>
            <td>
              <input
                type="checkbox"
                [attr.aria-label]="entry.column.name + ' is required'"
                [disabled]="entry.leftOut || entry.column.primaryKey"
                [checked]="!entry.column.nullable"
                (change)="draft.edit(entry.field, { nullable: !entry.column.nullable })"
              />
            </td>
            <td class="samples data">{{ samples().get(entry.field) }}</td>
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
  protected readonly types = columnTypes;

  /** Takes a name that is not empty; without one the field keeps the column's last. */
  protected rename(field: string, input: HTMLInputElement): void {
    const name = input.value.trim();
    if (name) {
      this.draft.edit(field, { name });
    } else {
      input.value = this.draft.newColumns().find((c) => c.field === field)?.column.name ?? '';
    }
  }
}
