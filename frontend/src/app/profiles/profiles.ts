import { Component, computed, inject, input, signal } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { MatTooltip } from '@angular/material/tooltip';
import { Router, RouterLink } from '@angular/router';
import { Bookmark, FileInput, FolderSync, TriangleAlert } from 'lucide';
import { Profiles as Saved } from '../backend/profiles';
import type { ProfileEntry } from '../backend/model';
import { Program } from '../backend/program';
import { Watches } from '../backend/watches';
import { fileName, messageOf } from '../format/format';
import { tableOf, targetName } from '../format/target';
import { Icon } from '../icon/icon';
import { Shortcuts, claimKeys } from '../keys/shortcuts';
import { ErrorNotice } from '../notice/error-notice';
import { Question } from '../notice/question';
import { ProfileView } from './profile-view';

/** The saved profiles; one of them is open. */
@Component({
  selector: 'lf-profiles',
  imports: [ErrorNotice, Icon, MatButton, MatTooltip, ProfileView, Question, RouterLink],
  templateUrl: './profiles.html',
  styleUrl: './profiles.scss',
})
export class Profiles {
  private readonly program = inject(Program);
  private readonly router = inject(Router);
  private readonly watches = inject(Watches);
  protected readonly saved = inject(Saved);
  protected readonly keys = inject(Shortcuts);
  protected readonly icons = { Bookmark, FileInput, FolderSync, TriangleAlert };

  /** The name of the profile that is open, from the address of the page. */
  readonly name = input<string>();
  /** The one that is open: the first one if none was chosen. */
  protected readonly open = computed(() => {
    const name = this.name();
    return name === undefined ? this.saved.list()[0] : this.saved.named(name);
  });

  protected readonly failure = signal('');
  /** A file whose name another profile has, until it is said what to do. */
  protected readonly taking = signal<{ path: string; name: string } | undefined>(undefined);

  constructor() {
    this.saved.reload();
    claimKeys([{ label: 'Profile from a file', key: 'Mod+o', run: () => void this.choose() }]);
  }

  protected where({ target, schema, table }: ProfileEntry): string {
    const into = tableOf({ schema, table });
    return target ? `${targetName(target)} / ${into}` : into;
  }

  /** What is to be known of the folder that a profile watches; undefined for none. */
  protected watch(name: string): { readonly problem: boolean; readonly says: string } | undefined {
    const folder = this.watches.of(name);
    return folder && { problem: !!folder.problem, says: folder.problem ?? folder.folder };
  }

  protected show(name?: string): void {
    void this.router.navigate(['/profiles'], { queryParams: name ? { name } : {} });
  }

  /** Asks for the file of a profile, and takes it, or asks what to do where its name is taken. */
  protected async choose(): Promise<void> {
    this.failure.set('');
    try {
      const path = await this.program.chooseProfileFile();
      if (!path) {
        return;
      }
      await this.saved.refresh();
      const name = fileName(path).replace(/\.[^.]*$/, '');
      if (this.saved.named(name)) {
        this.taking.set({ path, name });
      } else {
        await this.take(path, name, false);
      }
    } catch (reason) {
      this.failure.set(messageOf(reason));
    }
  }

  protected async take(path: string, name: string, replace: boolean): Promise<void> {
    this.taking.set(undefined);
    try {
      await this.saved.take(path, name, replace);
      this.show(name);
    } catch (reason) {
      this.failure.set(messageOf(reason));
    }
  }

  /** A name like the given one that no profile has. */
  protected free(name: string): string {
    let n = 2;
    while (this.saved.named(`${name} ${n}`)) {
      n++;
    }
    return `${name} ${n}`;
  }
}
