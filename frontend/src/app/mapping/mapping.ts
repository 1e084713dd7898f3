import { Component, computed, inject } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { TriangleAlert } from 'lucide';
import { Draft } from '../draft/draft';
import { counted, oneLine, sentence } from '../format/format';
import { Icon } from '../icon/icon';
import { ErrorNotice } from '../notice/error-notice';
import { hintOf } from '../notice/settings';
import { Warnings } from '../notice/warnings';
import { ColumnsFromFields } from './columns-from-fields';
import { ProfileNotice } from '../profile/profile-notice';
import { SaveProfile } from '../profile/save-profile';
import { FieldsToColumns } from './fields-to-columns';

/** Which field goes to which column. */
@Component({
  selector: 'lf-mapping',
  imports: [
    ColumnsFromFields,
    ErrorNotice,
    FieldsToColumns,
    Icon,
    MatButton,
    ProfileNotice,
    SaveProfile,
    Warnings,
  ],
  templateUrl: './mapping.html',
  styleUrl: './mapping.scss',
})
export class Mapping {
  protected readonly draft = inject(Draft);
  protected readonly icons = { TriangleAlert };
  protected readonly sentence = sentence;
  protected readonly hintOf = hintOf;

  /** A new table that is not ready-made takes its columns from the file. */
  protected readonly fromFields = computed(
    () => this.draft.table.creates() && !this.draft.table.preset(),
  );

  /** Problems that are not about a single column; columns show their own. */
  protected readonly problems = computed(() => {
    const columns = this.draft.settled()?.columns ?? [];
    return this.draft
      .problems()
      .filter((p) => this.fromFields() || !columns.some((c) => c.name === p.column));
  });

  protected readonly leftOut = computed(() =>
    (this.draft.settled()?.mapping ?? []).filter((m) => !m.column).map((m) => m.field),
  );

  protected readonly mapped = computed(() => {
    const mapping = this.draft.settled()?.mapping ?? [];
    const used = mapping.filter((m) => m.column).length;
    return `${used} of ${counted(mapping.length, 'field')} mapped`;
  });

  protected readonly quoted = (text: string) => `“${text}”`;

  protected readAsNull(texts: readonly string[]): void {
    this.draft.choices.setRules({ null: [...(this.draft.rules().null ?? []), ...texts] });
  }

  /** The first values of each field, by which to recognise it. */
  protected readonly samples = computed((): ReadonlyMap<string, string> => {
    const preview = this.draft.preview();
    const good = (preview?.rows ?? []).filter((row) => !row.problem);
    return new Map(
      (preview?.fields ?? []).map((field, i) => {
        const values = good.map((row) => row.values[i] ?? '').filter((value) => value !== '');
        return [field, [...new Set(values)].slice(0, 3).map(oneLine).join('  ·  ').slice(0, 200)];
      }),
    );
  });
}
