import { Component, computed, inject, linkedSignal } from '@angular/core';
import { TriangleAlert } from 'lucide';
import { Draft } from '../draft/draft';
import { bytes, count, fileName, folderOf, nothing, sentenceOf } from '../format/format';
import { Rows } from '../grid/rows';
import { Icon } from '../icon/icon';

/** The files that are imported together. The active one is looked at; each can be left out. */
@Component({
  selector: 'lf-file-list',
  imports: [Icon, Rows],
  templateUrl: './file-list.html',
  styleUrl: './file-list.scss',
})
export class FileList {
  protected readonly draft = inject(Draft);
  protected readonly choices = this.draft.choices;
  protected readonly icons = { TriangleAlert };
  protected readonly fileName = fileName;

  /** As many rows as are in view at once. */
  protected readonly height = computed(() => 29 + 24 * Math.min(6, this.choices.files().length));
  /** The row that the keys work on: that of the file that is looked at, or one that is left out. */
  protected readonly active = linkedSignal(() => this.choices.files().indexOf(this.choices.file()));
  /** A folder or a pattern was named, and not just files. */
  protected readonly byFolder = computed(() => {
    const files = new Set(this.choices.files());
    return this.choices.names().some((name) => !files.has(name));
  });
  protected readonly total = computed(() => {
    const [all, taken] = [this.choices.files().length, this.choices.importing().length];
    const size = this.draft.files.size();
    return [
      taken < all ? `${count(taken)} of ${count(all)}` : count(all),
      ...(size ? [bytes(size)] : []),
    ].join(' · ');
  });
  protected readonly rows = computed(() =>
    this.choices.files().map((file) => {
      const out = this.choices.leftOut().includes(file);
      const known = out ? undefined : this.draft.files.get(file);
      return {
        ...{ file, out, name: fileName(file), folder: folderOf(file) },
        size: known ? bytes(known.size) : '',
        table: this.choices.each() ? (known?.table ?? nothing) : '',
        error: known?.error ? sentenceOf(file, known.error) : '',
        differs:
          known?.differs && this.draft.files.compared()
            ? sentenceOf(file, known.differs.message)
            : '',
      };
    }),
  );
  protected readonly last = computed(() => this.choices.importing().length === 1);

  protected look(index: number): void {
    this.active.set(index);
    const row = this.rows()[index];
    if (row && !row.out) {
      this.choices.look(row.file);
    }
  }

  /** The space bar ticks the active file. */
  protected toggle(index: number, event?: Event): void {
    event?.preventDefault();
    const row = this.rows()[index];
    if (row) {
      this.choices.leave(row.file, !row.out);
    }
  }
}
