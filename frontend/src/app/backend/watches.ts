import { DestroyRef, Service, inject, signal } from '@angular/core';
import { EventsOn } from '../../../wailsjs/runtime/runtime';
import type { Watch, WatchedFile, WatchedFolder } from './model';
import { Program } from './program';

/** The folders whose files are loaded while the window is open, as they are now. */
@Service()
export class Watches {
  private readonly program = inject(Program);
  private readonly known = signal<readonly WatchedFolder[]>([]);
  private readonly changes = signal(0);
  /** Whether they are being fetched, and changed meanwhile. */
  private fetching = false;
  private changed = false;

  readonly list = this.known.asReadonly();
  /** Changes whenever something may have become of a file. */
  readonly version = this.changes.asReadonly();

  constructor() {
    inject(DestroyRef).onDestroy(
      EventsOn('watches-changed', () => {
        void this.refresh();
      }),
    );
    void this.refresh();
  }

  /** The folder that a profile watches. */
  of(profile: string): WatchedFolder | undefined {
    const all = this.known().filter((folder) => folder.profile === profile);
    return all.find((folder) => !folder.ending) ?? all[0];
  }

  /** What became of the files of the folder that a profile watches, the latest first. */
  files(profile: string): Promise<readonly WatchedFile[]> {
    return this.program.watchedFiles(profile);
  }

  /** Watches a folder by a profile: with keep also when the window is opened again. */
  async start(profile: string, folder: Watch, keep: boolean): Promise<void> {
    await this.program.watchFolder(profile, folder, keep);
    await this.refresh();
  }

  /** Watches no folder by a profile any more, once the file is loaded that is loaded now. */
  async stop(profile: string): Promise<void> {
    await this.program.stopWatching(profile);
    await this.refresh();
  }

  /** Fetches them, and once more if they have changed meanwhile. */
  private async refresh(): Promise<void> {
    this.changed = true;
    if (this.fetching) {
      return;
    }
    this.fetching = true;
    try {
      while (this.changed) {
        this.changed = false;
        this.known.set(await this.program.watchedFolders());
        this.changes.update((n) => n + 1);
      }
    } catch {
      // Where the program can't start there are none, and each page says why.
    } finally {
      this.fetching = false;
    }
  }
}
