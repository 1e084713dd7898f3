import { Component, computed, inject, signal } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { MatOption, MatSelect } from '@angular/material/select';
import { MatTooltip } from '@angular/material/tooltip';
import { Router, RouterLink } from '@angular/router';
import { Check, TriangleAlert } from 'lucide';
import { Draft } from '../draft/draft';
import { pageOf } from '../draft/steps';
import type { Run } from '../backend/run';
import { bytes, count, counted, fileName, messageOf, percent, sentence } from '../format/format';
import { targetInFull, tableOf, whereIs } from '../format/target';
import { Icon } from '../icon/icon';
import { Shortcuts, claimKeys } from '../keys/shortcuts';
import { ErrorNotice } from '../notice/error-notice';
import { hintOf } from '../notice/settings';
import { Warnings } from '../notice/warnings';
import { parseList } from './list';

/** The most files whose fields are told. */
const mostDiffering = 5;

/** What will happen, by which rules, and whether anything prevents it. */
@Component({
  selector: 'lf-review',
  imports: [ErrorNotice, Icon, MatButton, MatOption, MatSelect, MatTooltip, RouterLink, Warnings],
  templateUrl: './review.html',
  styleUrl: './review.scss',
})
export class Review {
  private readonly router = inject(Router);
  protected readonly draft = inject(Draft);
  protected readonly keys = inject(Shortcuts);
  protected readonly icons = { Check, TriangleAlert };
  protected readonly failure = signal('');
  protected readonly pageOf = pageOf;

  protected readonly facts = computed(() => {
    const [draft, preview, settled] = [this.draft, this.draft.preview(), this.draft.settled()];
    if (!preview || !settled) {
      return [];
    }
    const origin = draft.origin();
    const { each, several, importing } = draft.choices;
    const unreadable = draft.files.unreadable().length;
    const used = settled.mapping.filter((m) => m.column).length;
    const left = settled.mapping.length - used;
    return [
      {
        what: 'From',
        value: several() ? counted(importing().length, 'file') : draft.file(),
        note: several()
          ? [
              bytes(draft.files.size()),
              ...(unreadable ? [`${unreadable} can’t be read`] : []),
            ].join('; ')
          : origin
            ? `${bytes(preview.size)}, rejected from ${fileName(origin.job().request.file)} and read as that file was`
            : bytes(preview.size),
      },
      { what: 'To', value: targetInFull(draft.database.target()), note: this.where() },
      {
        what: each() ? 'Tables' : 'Table',
        value: tableOf({ schema: draft.table.schema(), table: draft.table.name() }),
        note: each()
          ? `one for each file, ${settled.create ? 'new' : 'existing'}`
          : settled.create
            ? `new, with ${counted(settled.columns.length, 'column')}`
            : 'existing; rows are added to it',
      },
      ...(each()
        ? []
        : [
            {
              what: 'Fields',
              value: `${used} of ${settled.mapping.length} loaded`,
              note: left ? `${left} left out` : '',
            },
          ]),
    ];
  });

  /** Where a server's database is, beyond what its name says. */
  private where(): string {
    const place = this.draft.database.place();
    return place?.server ? `${place.product}, ${whereIs(place)}` : '';
  }

  /** The files whose fields differ, the first few of many. */
  protected readonly differing = computed(() =>
    this.draft.files.compared() && !this.draft.choices.mixed()
      ? this.draft.files
          .differing()
          .slice(0, mostDiffering)
          .flatMap((f) => f.differs ?? [])
      : [],
  );
  protected readonly moreDiffering = computed(
    () => this.draft.files.differing().length - this.differing().length,
  );

  protected readonly nulls = computed(() => (this.draft.rules().null ?? []).join(', '));
  protected readonly blocked = computed(() => this.draft.blocked());
  protected readonly sentence = sentence;
  protected readonly hintOf = hintOf;
  /** What should be known about the file and the plan before the start. */
  protected readonly warnings = computed(() => [
    ...(this.draft.preview()?.warnings ?? []),
    ...this.draft.warnings(),
  ]);

  /** The beginning of the file is in the table. */
  protected readonly grew = computed(
    () =>
      this.draft.choices.onlyAdded() || this.draft.warnings().some(({ code }) => code === 'grown'),
  );

  constructor() {
    claimKeys([
      {
        label: 'Check all records',
        key: 'Mod+Shift+Enter',
        enabled: () => !this.blocked(),
        run: () => void this.check(),
      },
    ]);
  }

  /** The result of the last check, and whether it still holds. */
  protected last(run: Run): string {
    const [summary, done] = [run.summary(), run.percent()];
    if (run.active()) {
      return done === undefined ? 'The check is running.' : `Checked to ${percent(done)} %.`;
    }
    if (run.state() !== 'done' || !summary) {
      return run.state() === 'failed'
        ? 'The last check failed.'
        : `The last check was ${run.state()}.`;
    }
    const { read, rejected } = summary;
    const found = rejected ? `${count(rejected)} of them rejected` : 'none rejected';
    const stale = this.draft.changed() ? ' Something has changed since.' : '';
    return `Checked: ${counted(read, 'record')}, ${found}.${stale}`;
  }

  protected setNulls(typed: string): void {
    const list = parseList(typed);
    this.draft.choices.setRules({ null: list.length || this.draft.origin() ? list : undefined });
  }

  protected setMaxRejects(input: HTMLInputElement): void {
    const typed = input.value.replaceAll(/[\s,]/g, '');
    if (!/^\d*\.?\d*%?$/.test(typed)) {
      input.value = this.draft.rules().maxRejects ?? '';
      return;
    }
    this.draft.choices.setRules({ maxRejects: typed || undefined });
  }

  protected setAtOnce(input: HTMLInputElement): void {
    const typed = input.value.trim();
    const files = /^[1-9]\d?$/.test(typed) ? Number(typed) : undefined;
    if (typed && !files) {
      input.value = String(this.draft.choices.atOnce() ?? '');
      return;
    }
    this.draft.choices.setAtOnce(files);
  }

  protected setWriters(input: HTMLInputElement): void {
    const typed = input.value.trim();
    const writers = /^[1-9]\d?$/.test(typed) ? Number(typed) : undefined;
    if (typed && !writers) {
      input.value = String(this.draft.rules().writers ?? '');
      return;
    }
    this.draft.choices.setRules({ writers });
  }

  protected async check(): Promise<void> {
    if (this.blocked()) {
      return;
    }
    this.failure.set('');
    try {
      await this.router.navigate([...pageOf(await this.draft.start(true))]);
    } catch (reason) {
      this.failure.set(messageOf(reason));
    }
  }
}
