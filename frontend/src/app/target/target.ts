import { Component, computed, inject } from '@angular/core';
import { KeyRound } from 'lucide';
import type { Column } from '../backend/model';
import { Draft } from '../draft/draft';
import { columnRule } from '../format/words';
import { Icon } from '../icon/icon';
import { ErrorNotice } from '../notice/error-notice';
import { Warnings } from '../notice/warnings';
import { Database } from './database';
import { FirstRows } from './first-rows';
import { Tables } from './tables';

/** Where the records go: the database, and the table in it, existing or new. */
@Component({
  selector: 'lf-target',
  imports: [Database, ErrorNotice, FirstRows, Icon, Tables, Warnings],
  templateUrl: './target.html',
  styleUrl: './target.scss',
})
export class Target {
  protected readonly draft = inject(Draft);
  protected readonly icons = { KeyRound };
  protected readonly columns = computed(() => this.draft.settled()?.columns ?? []);

  /** The table whose columns are shown: of several, that of the file that is looked at. */
  protected readonly table = computed(() => {
    const { choices, files, file, table } = this.draft;
    return choices.each() ? files.get(file())?.table : table.name();
  });

  /** What a column asks of a value besides being there, which has a column of its own. */
  protected rule(column: Column): string {
    return columnRule({ ...column, nullable: true });
  }
}
