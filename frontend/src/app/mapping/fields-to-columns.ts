import { Component, computed, inject, input, linkedSignal } from '@angular/core';
import { MatOption, MatSelect } from '@angular/material/select';
import { MatTooltip } from '@angular/material/tooltip';
import { Draft } from '../draft/draft';
import { sentence } from '../format/format';
import { columnRule } from '../format/words';
import { fits } from './fit';
import { choicesFor } from './formats';

/** The columns of a table, each with the field that goes to it. */
@Component({
  selector: 'lf-fields-to-columns',
  imports: [MatOption, MatSelect, MatTooltip],
  template: `
    <table>
      <thead>
        <tr>
          <th>column</th>
          <th>type</th>
          <th>rule</th>
          <th>from the field</th>
          <th>first values</th>
        </tr>
      </thead>
      <tbody>
        @for (entry of columns(); track entry.column.name) {
          <tr [class.wanting]="entry.problem">
            <td class="data">{{ entry.column.name }}</td>
            <td>{{ entry.column.declared || entry.column.type }}</td>
            <td class="muted">{{ entry.rule }}</td>
            <td>
              @if (!entry.column.generated) {
                <mat-select
                  class="control field"
                  [aria-label]="'Field for ' + entry.column.name"
                  [attr.data-testid]="'map-' + entry.column.name"
                  [value]="entry.field"
                  (valueChange)="choose(entry.column.name, entry.field, $event)"
                >
                  <mat-option value="">nothing</mat-option>
                  @for (field of fields(); track field) {
                    <mat-option [value]="field">{{ field }}</mat-option>
                  }
                </mat-select>
              }
            </td>
            <td class="samples">
              @if (entry.problem; as problem) {
                <span class="unsure says"
                  >{{ sentence(problem.message) }} Choose a field for it.</span
                >
              } @else {
                @if (entry.moved) {
                  <span class="unsure says" data-testid="moved">{{ entry.moved }}</span>
                } @else if (entry.choices.length) {
                  <mat-select
                    class="control format"
                    panelWidth=""
                    placeholder="how to read it?"
                    [class.unsure]="!entry.format"
                    [aria-label]="'How values of ' + entry.field + ' are read'"
                    [value]="entry.format"
                    (valueChange)="draft.choices.setFormat(entry.column.name, $event)"
                  >
                    @for (choice of entry.choices; track choice.format) {
                      <mat-option [value]="choice.format"
                        >{{ choice.format }}
                        <span class="muted">{{ choice.example }}</span></mat-option
                      >
                    }
                  </mat-select>
                  &nbsp;
                } @else if (entry.misfit) {
                  <span class="unsure" [matTooltip]="entry.evidence"
                    >looks like {{ entry.misfit }}</span
                  >
                  &nbsp;
                }
                <span class="data">{{ samples().get(entry.field) }}</span>
              }
            </td>
          </tr>
        }
      </tbody>
    </table>
  `,
  styleUrl: './mapping-table.scss',
})
export class FieldsToColumns {
  readonly samples = input.required<ReadonlyMap<string, string>>();
  protected readonly draft = inject(Draft);
  protected readonly sentence = sentence;

  /** A note for each column that lost its field to another column. */
  private readonly moved = linkedSignal<string, ReadonlyMap<string, string>>({
    source: () =>
      `${this.draft.file()}\n${this.draft.database.target()}\n${this.draft.table.schema()}\n${this.draft.table.name()}`,
    computation: () => new Map(),
  });

  protected readonly fields = computed(() => this.draft.settled()?.fields ?? []);
  protected readonly columns = computed(() => {
    const settled = this.draft.settled();
    return (settled?.columns ?? []).map((column) => {
      const field = settled?.mapping.find((m) => m.column === column.name)?.field ?? '';
      const guess = settled?.guesses.find((g) => g.field === field);
      const looksLike = guess?.column.type ?? column.type;
      return {
        column,
        field,
        rule: columnRule(column),
        problem: this.draft.problems().find((p) => p.column === column.name),
        misfit: fits(looksLike, column.type) ? '' : looksLike,
        evidence: guess?.evidence ?? '',
        moved: field ? '' : (this.moved().get(column.name) ?? ''),
        choices: choicesFor(column, guess),
        format: this.draft.formats()[column.name] ?? '',
      };
    });
  });

  /** Sends another field to the column, or none. */
  protected choose(column: string, before: string, field: string): void {
    const from = this.draft.settled()?.mapping.find((m) => m.field === field)?.column;
    if (field && from && from !== column) {
      const note = `${field} now goes to ${column}, and a field goes to one column only. Choose another for this one.`;
      this.moved.update((moved) => new Map(moved).set(from, note));
    }
    if (before) {
      this.draft.choices.map(before, '');
    }
    if (field) {
      this.draft.choices.map(field, column);
    }
  }
}
