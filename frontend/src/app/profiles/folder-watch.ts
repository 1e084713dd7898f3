import { Component, computed, inject, input, linkedSignal, resource } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { MatProgressBar } from '@angular/material/progress-bar';
import { MatOption, MatSelect } from '@angular/material/select';
import { MatTooltip } from '@angular/material/tooltip';
import { RouterLink } from '@angular/router';
import { TriangleAlert } from 'lucide';
import type { WatchedFile } from '../backend/model';
import { Program } from '../backend/program';
import { Runs } from '../backend/runs';
import { Watches } from '../backend/watches';
import { PathField } from '../field/path-field';
import { dayAndTime, fileName, messageOf, percent, sentence } from '../format/format';
import { Icon } from '../icon/icon';
import { ErrorNotice } from '../notice/error-notice';
import { became } from './became';

/** The files that are in view until all are asked for. */
const most = 8;

/** The folder that a profile watches: begun and stopped here, with what it loads now and has loaded. */
@Component({
  selector: 'lf-folder-watch',
  imports: [
    ErrorNotice,
    Icon,
    MatButton,
    MatOption,
    MatProgressBar,
    MatSelect,
    MatTooltip,
    PathField,
    RouterLink,
  ],
  templateUrl: './folder-watch.html',
  styleUrl: './folder-watch.scss',
})
export class FolderWatch {
  private readonly program = inject(Program);
  private readonly watches = inject(Watches);
  private readonly runs = inject(Runs);
  protected readonly icons = { TriangleAlert };
  protected readonly fileName = fileName;
  protected readonly percent = percent;
  protected readonly sentence = sentence;

  /** The name of the profile. */
  readonly profile = input.required<string>();
  /** The database that it names; "" for none. */
  readonly target = input.required<string>();

  protected readonly folder = computed(() => this.watches.of(this.profile()));
  /** The run of the file that is loaded now, once it is known. */
  protected readonly run = computed(() => this.runs.get(this.folder()?.loading ?? ''));

  private readonly reading = resource({
    params: () => ({ profile: this.profile(), version: this.watches.version() }),
    loader: ({ params }) => this.watches.files(params.profile),
  });
  private readonly files = linkedSignal<
    { profile: string; read: readonly WatchedFile[] | undefined },
    readonly WatchedFile[]
  >({
    source: () => ({
      profile: this.profile(),
      read: this.reading.hasValue() ? this.reading.value() : undefined,
    }),
    computation: ({ profile, read }, previous) =>
      read ?? (previous?.source.profile === profile ? previous.value : []),
  });
  protected readonly all = linkedSignal({ source: this.profile, computation: () => false });
  protected readonly shown = computed(() =>
    this.files()
      .slice(0, this.all() ? undefined : most)
      .map((file) => ({
        ...became(file),
        name: fileName(file.file),
        when: dayAndTime(file.time ?? ''),
        job: file.job,
        movedTo: file.movedTo ?? '',
      })),
  );
  protected readonly more = computed(() => this.files().length - this.shown().length);

  // What is chosen for a folder that is to be watched.
  protected readonly path = linkedSignal({ source: this.profile, computation: () => '' });
  private readonly chosenOrder = linkedSignal({ source: this.profile, computation: () => 'name' });
  private readonly chosenKeep = linkedSignal({ source: this.profile, computation: () => true });
  protected readonly order = computed(() => this.folder()?.order ?? this.chosenOrder());
  protected readonly keep = computed(() => this.folder()?.kept ?? this.chosenKeep());

  protected readonly failure = linkedSignal({ source: this.profile, computation: () => '' });
  /** Why it can't be begun; "" when it can. */
  protected readonly blocked = computed(() => {
    if (!this.target()) {
      return 'The profile names no database: save it again after an import into one';
    }
    return this.path() ? '' : 'Choose a folder first';
  });

  protected choose(): Promise<void> {
    return this.attempt(async () => {
      const path = await this.program.chooseWatchFolder();
      if (path) {
        this.path.set(path);
      }
    });
  }

  protected start(): Promise<void> {
    return this.blocked() ? Promise.resolve() : this.watch(this.path(), this.order(), this.keep());
  }

  protected stop(): Promise<void> {
    return this.attempt(async () => {
      const { folder = '', order = 'name', kept = true } = this.folder() ?? {};
      await this.watches.stop(this.profile());
      this.path.set(folder); // it may be watched again
      this.chosenOrder.set(order);
      this.chosenKeep.set(kept);
    });
  }

  /** Changes the order of files, or whether the folder is watched at the next start too. */
  protected change(change: { order?: string; keep?: boolean }): void {
    const { order = this.order(), keep = this.keep() } = change;
    const folder = this.folder();
    if (folder) {
      void this.watch(folder.folder, order, keep);
    } else {
      this.chosenOrder.set(order);
      this.chosenKeep.set(keep);
    }
  }

  private watch(folder: string, order: string, keep: boolean): Promise<void> {
    return this.attempt(() => this.watches.start(this.profile(), { folder, order }, keep));
  }

  private async attempt(deed: () => Promise<void>): Promise<void> {
    this.failure.set('');
    try {
      await deed();
    } catch (reason) {
      this.failure.set(messageOf(reason));
    }
  }
}
