import { Component, computed, inject, resource } from '@angular/core';
import { Program } from '../backend/program';
import { Draft } from '../draft/draft';
import { counted, fileName, oneLine } from '../format/format';
import { ErrorNotice } from '../notice/error-notice';
import { compared } from './compared';

/** How many rows of the table are read, and how many records of the file are shown. */
const rows = 5;

/** The first rows of the table and the first records of the file, under the same columns. */
@Component({
  selector: 'lf-first-rows',
  imports: [ErrorNotice],
  templateUrl: './first-rows.html',
  styleUrl: './first-rows.scss',
})
export class FirstRows {
  private readonly program = inject(Program);
  protected readonly draft = inject(Draft);
  protected readonly fileName = fileName;

  private readonly reading = resource({
    params: () => {
      const table = this.draft.table.existing();
      // Its rows change with each import.
      return table && { target: this.draft.database.target(), table };
    },
    loader: ({ params: { target, table } }) =>
      this.program.head(target, table.schema ?? '', table.name, rows),
  });
  protected readonly error = computed(() => this.reading.error()?.message ?? '');
  protected readonly loading = this.reading.isLoading;
  private readonly head = computed(() =>
    this.reading.hasValue() ? this.reading.value() : undefined,
  );

  protected readonly view = computed(() => {
    const settled = this.draft.settled();
    const preview = this.draft.preview();
    return settled && preview
      ? compared(settled, preview, this.draft.table.existing() ? this.head() : undefined, rows)
      : undefined;
  });
  protected readonly more = computed(() => {
    const hidden = this.view()?.hidden ?? 0;
    return hidden ? `and ${counted(hidden, 'more column')}` : '';
  });

  /** A value on one line, short enough for a cell. */
  protected cell(value: string): string {
    return oneLine(value.slice(0, 200));
  }
}
