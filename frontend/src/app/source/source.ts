import { Component, computed, inject, linkedSignal, signal, viewChild } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { MatOption, MatSelect } from '@angular/material/select';
import { MatTooltip } from '@angular/material/tooltip';
import { RouterLink } from '@angular/router';
import { ChevronDown, ChevronRight, Undo2 } from 'lucide';
import { Profiles } from '../backend/profiles';
import { Program } from '../backend/program';
import { Draft } from '../draft/draft';
import { count, counted, fileName, folderOf, messageOf, roughly } from '../format/format';
import { tableOf, targetName } from '../format/target';
import { Records } from '../grid/records';
import { Icon } from '../icon/icon';
import { ErrorNotice } from '../notice/error-notice';
import { Warnings } from '../notice/warnings';
import { Shortcuts, claimKeys } from '../keys/shortcuts';
import { PathBar } from '../field/path-bar';
import { ProfileNotice } from '../profile/profile-notice';
import { DialectPanel } from './dialect-panel';
import { FileList } from './file-list';
import { OpenFile } from './open-file';

/** The file: choose it, see what was detected, and correct that. */
@Component({
  selector: 'lf-source',
  imports: [
    DialectPanel,
    ErrorNotice,
    FileList,
    Icon,
    MatButton,
    MatTooltip,
    OpenFile,
    MatOption,
    MatSelect,
    PathBar,
    ProfileNotice,
    Records,
    RouterLink,
    Warnings,
  ],
  templateUrl: './source.html',
  styleUrl: './source.scss',
})
export class Source {
  private readonly program = inject(Program);
  private readonly records = viewChild(Records);
  protected readonly draft = inject(Draft);
  protected readonly profiles = inject(Profiles);
  protected readonly keys = inject(Shortcuts);
  protected readonly icons = { ChevronDown, ChevronRight, Undo2 };

  protected readonly count = count;
  protected readonly fileName = fileName;
  protected readonly tableOf = tableOf;
  protected readonly targetName = targetName;
  protected readonly failure = signal('');

  protected readonly warnings = computed(() => this.draft.preview()?.warnings ?? []);
  protected readonly seen = computed(() => {
    const preview = this.draft.preview();
    if (!preview) {
      return '';
    }
    const { rows, records, complete } = preview;
    return complete
      ? `all ${count(records)}`
      : `the first ${rows.length === 1 ? 'one' : count(rows.length)}${records < 0 ? '' : ` of about ${count(roughly(records))}`}`;
  });
  /** The number of columns that can be read in several ways: "2 columns"; "" for none. */
  protected readonly open = computed(() => {
    const open = this.draft.newColumns().filter((c) => c.guess.ambiguous?.length && !c.decided);
    return this.draft.table.creates() && !this.draft.table.preset() && open.length
      ? counted(open.length, 'column')
      : '';
  });
  protected readonly bad = computed(
    () => (this.draft.preview()?.rows ?? []).filter((row) => row.problem).length,
  );
  /** The dialect is set by hand, for a file that can't be read as detected. */
  protected readonly byHand = linkedSignal({
    source: this.draft.file,
    computation: () => false,
  });

  constructor() {
    claimKeys([
      { label: 'Choose files', key: 'Mod+o', run: () => void this.choose() },
      { label: 'Choose a folder', key: 'Mod+Shift+o', run: () => void this.chooseFolder() },
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

  /** What the path names: a file, or where several come from. */
  protected readonly path = computed(() => {
    const { names, files, several, file } = this.draft.choices;
    const [name = ''] = names();
    return names().length === 1 ? name : several() ? folderOf(files()[0] ?? '') : file();
  });

  /** Opens the file, or the files, that the typed path stands for; an emptied field closes the last ones. */
  protected take(path: string): void {
    if (path) {
      void this.draft.openAll([path]);
    } else {
      this.draft.clear();
    }
  }

  protected nextBad(): void {
    this.records()?.nextBad();
  }

  /** Has the import go by a saved profile, or begin again with nothing chosen for the file. */
  protected async useProfile(name: string): Promise<void> {
    this.failure.set('');
    try {
      if (name) {
        await this.draft.profile.use(name);
      } else {
        this.draft.open(this.draft.file());
      }
    } catch (reason) {
      this.failure.set(messageOf(reason));
    }
  }

  protected choose(): Promise<void> {
    return this.openChosen(() => this.program.chooseFiles());
  }

  protected chooseFolder(): Promise<void> {
    return this.openChosen(async () => [await this.program.chooseFolder()].filter(Boolean));
  }

  private async openChosen(ask: () => Promise<readonly string[]>): Promise<void> {
    this.failure.set('');
    try {
      const names = await ask();
      if (names.length) {
        await this.draft.openAll(names);
      }
    } catch (reason) {
      this.failure.set(messageOf(reason));
    }
  }
}
