import { Component, computed, inject, signal } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { MatTooltip } from '@angular/material/tooltip';
import type { Preset } from '../backend/model';
import { Program } from '../backend/program';
import { Draft } from '../draft/draft';
import { counted, fileName, messageOf } from '../format/format';
import { columnRule } from '../format/words';
import { PathBar } from '../field/path-bar';
import { PathField } from '../field/path-field';
import { ErrorNotice } from '../notice/error-notice';
import { Warnings } from '../notice/warnings';
import { Shortcuts, claimKeys } from '../keys/shortcuts';

/** Where the records go: the database, and the table in it, existing or new. */
@Component({
  selector: 'lf-target',
  imports: [ErrorNotice, MatButton, MatTooltip, PathBar, PathField, Warnings],
  templateUrl: './target.html',
  styleUrl: './target.scss',
})
export class Target {
  private readonly program = inject(Program);
  protected readonly draft = inject(Draft);
  protected readonly keys = inject(Shortcuts);
  protected readonly columnRule = columnRule;
  protected readonly counted = counted;
  protected readonly fileName = fileName;
  protected readonly failure = signal('');

  protected readonly tables = this.draft.tables;
  protected readonly choice = computed(() => {
    const name = this.draft.table().toLowerCase();
    const there = this.tables().find((t) => t.name.toLowerCase() === name);
    return there ? `table:${there.name}` : `new:${this.draft.preset()?.name ?? ''}`;
  });
  protected readonly columns = computed(() => this.draft.settled()?.columns ?? []);

  /** The ready-made tables, and whether the file has a field for each required column. */
  protected readonly presets = computed(() => {
    const fields = new Set((this.draft.preview()?.fields ?? []).map((f) => f.toLowerCase()));
    return this.draft.presets().map((preset) => ({
      preset,
      fits: fits(preset, fields),
    }));
  });

  constructor() {
    claimKeys([
      { label: 'Open a database', key: 'Mod+o', run: () => void this.open() },
      { label: 'Create a database', key: 'Mod+s', run: () => void this.create() },
    ]);
  }

  protected open(): Promise<void> {
    return this.take(() => this.program.chooseDatabase());
  }

  protected create(): Promise<void> {
    return this.take(() => this.program.createDatabase(this.draft.target()));
  }

  protected useNew(preset: string): void {
    this.draft.createTable(preset);
  }

  protected useTable(name: string): void {
    this.draft.choices.setTable(name);
  }

  private async take(dialog: () => Promise<string>): Promise<void> {
    this.failure.set('');
    try {
      const path = await dialog();
      if (path) {
        this.draft.choices.setTarget(path);
      }
    } catch (reason) {
      this.failure.set(messageOf(reason));
    }
  }
}

function fits(preset: Preset, fields: ReadonlySet<string>): boolean {
  return (
    fields.size > 0 && preset.columns.every((c) => c.nullable || fields.has(c.name.toLowerCase()))
  );
}
