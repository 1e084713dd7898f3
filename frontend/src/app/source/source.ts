import { Component, computed, inject, linkedSignal, signal, viewChild } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { MatTooltip } from '@angular/material/tooltip';
import { FileText, FolderOpen, TriangleAlert } from 'lucide';
import { Program } from '../backend/program';
import { Draft } from '../draft/draft';
import { count, counted, fileName, folderOf } from '../format/format';
import { Records } from '../grid/records';
import { Icon } from '../icon/icon';
import { Shortcuts, claimKeys } from '../keys/shortcuts';
import { PathField } from '../field/path-field';
import { DialectPanel } from './dialect-panel';
import { OpenFile } from './open-file';

/** The file: choose it, see what was found in it, and put it right. */
@Component({
  selector: 'lf-source',
  imports: [DialectPanel, Icon, MatButton, MatTooltip, OpenFile, PathField, Records],
  templateUrl: './source.html',
  styleUrl: './source.scss',
})
export class Source {
  private readonly program = inject(Program);
  private readonly records = viewChild(Records);
  protected readonly draft = inject(Draft);
  protected readonly keys = inject(Shortcuts);
  protected readonly icons = { FileText, FolderOpen, TriangleAlert };

  protected readonly count = count;
  protected readonly fileName = fileName;
  protected readonly folderOf = folderOf;
  protected readonly failure = signal('');

  protected readonly warnings = computed(() => this.draft.preview()?.warnings ?? []);
  protected readonly seen = computed(() => {
    const preview = this.draft.preview();
    if (!preview) {
      return '';
    }
    const { rows, records, complete } = preview;
    return complete
      ? counted(records, 'record')
      : `the first ${count(rows.length)} of ${records < 0 ? 'them' : `about ${counted(records, 'record')}`}`;
  });
  protected readonly bad = computed(
    () => (this.draft.preview()?.rows ?? []).filter((row) => row.problem).length,
  );
  /** The dialect is set by hand for a file that can't be read by itself. */
  protected readonly byHand = linkedSignal({
    source: this.draft.file,
    computation: () => false,
  });

  constructor() {
    claimKeys([
      { label: 'Choose a file', key: 'Mod+o', run: () => void this.choose() },
      {
        label: 'Next record that can’t be read',
        key: 'b',
        enabled: () => this.bad() > 0,
        run: () => {
          this.nextBad();
        },
      },
    ]);
  }

  protected nextBad(): void {
    this.records()?.nextBad();
  }

  protected async choose(): Promise<void> {
    this.failure.set('');
    try {
      const file = await this.program.chooseFile();
      if (file) {
        this.draft.open(file);
      }
    } catch (reason) {
      this.failure.set(reason instanceof Error ? reason.message : String(reason));
    }
  }
}
