import {
  Component,
  computed,
  inject,
  input,
  linkedSignal,
  output,
  resource,
  signal,
} from '@angular/core';
import { MatButton } from '@angular/material/button';
import { MatTooltip } from '@angular/material/tooltip';
import { Router } from '@angular/router';
import type { Profile, ProfileEntry } from '../backend/model';
import { Profiles } from '../backend/profiles';
import { Program } from '../backend/program';
import { Draft } from '../draft/draft';
import { fileName, messageOf } from '../format/format';
import { ErrorNotice } from '../notice/error-notice';
import { changes } from '../profile/changes';
import { facts, ways } from './facts';
import { FolderWatch } from './folder-watch';

/** One saved profile: what it settles, the folder that it watches, and what can be done with it. */
@Component({
  selector: 'lf-profile-view',
  imports: [ErrorNotice, FolderWatch, MatButton, MatTooltip],
  templateUrl: './profile-view.html',
  styleUrl: './profile-view.scss',
})
export class ProfileView {
  private readonly program = inject(Program);
  private readonly profiles = inject(Profiles);
  private readonly router = inject(Router);
  protected readonly draft = inject(Draft);
  protected readonly fileName = fileName;

  readonly entry = input.required<ProfileEntry>();
  /** It has another name now. */
  readonly renamed = output<string>();
  /** It is removed. */
  readonly removed = output();

  protected readonly name = computed(() => this.entry().name);
  private readonly reading = resource({
    params: () => (this.entry().problem ? undefined : this.entry()),
    loader: ({ params }) => this.program.profile(params.name),
  });
  private readonly profile = linkedSignal<
    { name: string; read: Profile | undefined },
    Profile | undefined
  >({
    source: () => ({
      name: this.name(),
      read: this.reading.hasValue() ? this.reading.value() : undefined,
    }),
    computation: ({ name, read }, previous) =>
      read ?? (previous?.source.name === name ? previous.value : undefined),
  });
  protected readonly error = computed(
    () => this.entry().problem ?? this.reading.error()?.message ?? '',
  );
  protected readonly facts = computed(() => {
    const profile = this.profile();
    return profile ? facts(profile) : [];
  });
  protected readonly ways = computed(() => {
    const profile = this.profile();
    return profile ? ways(profile) : [];
  });

  private readonly fitting = resource({
    params: () => {
      const fields = this.draft.preview()?.fields;
      return fields && !this.error() ? { name: this.name(), fields } : undefined;
    },
    loader: ({ params }) => this.program.fitProfile(params.name, params.fields),
  });
  /** How well it fits the file that is open, as a sentence; "" where none is. */
  protected readonly fit = computed(() => {
    const match = this.fitting.hasValue() ? this.fitting.value().match : undefined;
    if (!match) {
      return '';
    }
    const share =
      match.match === 1
        ? 'The header is the same.'
        : `${Math.floor(match.match * 100)} % of the header.`;
    return [share, ...changes(match).map((change) => change.says)].join(' ');
  });

  /** What is asked for in the place of the buttons, for this profile. */
  protected readonly asking = linkedSignal<string, '' | 'name' | 'remove'>({
    source: this.name,
    computation: () => '',
  });
  protected readonly says = linkedSignal({ source: this.name, computation: () => '' });
  protected readonly failure = linkedSignal({ source: this.name, computation: () => '' });
  protected readonly busy = signal(false);

  /** Imports other files by it. */
  protected importFile(): Promise<void> {
    return this.attempt(async () => {
      const files = await this.program.chooseFiles();
      if (files.length) {
        await this.draft.openAll(files);
        await this.use();
      }
    });
  }

  /** Imports the file that is open by it. */
  protected useForDraft(): Promise<void> {
    return this.attempt(() => this.use());
  }

  protected saveFile(): Promise<void> {
    return this.attempt(async () => {
      const path = await this.program.saveProfileFile(this.name());
      this.says.set(path && `Saved as ${path}`);
    });
  }

  protected rename(event: Event, to: string): Promise<void> {
    event.preventDefault();
    return this.attempt(async () => {
      const name = to.trim();
      if (name !== this.name()) {
        await this.profiles.rename(this.name(), name);
        this.renamed.emit(name);
      }
      this.asking.set('');
    });
  }

  protected remove(): Promise<void> {
    return this.attempt(async () => {
      await this.profiles.remove(this.name());
      this.removed.emit();
    });
  }

  private async use(): Promise<void> {
    await this.draft.profile.use(this.name());
    await this.router.navigateByUrl('/new/source');
  }

  private async attempt(deed: () => Promise<void>): Promise<void> {
    if (this.busy()) {
      return;
    }
    this.busy.set(true);
    this.failure.set('');
    this.says.set('');
    try {
      await deed();
    } catch (reason) {
      this.failure.set(messageOf(reason));
    } finally {
      this.busy.set(false);
    }
  }
}
