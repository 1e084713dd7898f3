import { Service, computed, inject } from '@angular/core';
import { Router } from '@angular/router';
import { Runs } from '../backend/runs';
import { Sets } from '../backend/sets';
import { Draft } from '../draft/draft';

/** What the window shows. */
@Service()
export class Place {
  private readonly router = inject(Router);
  private readonly draft = inject(Draft);
  private readonly runs = inject(Runs);
  private readonly sets = inject(Sets);

  readonly path = computed(
    () => this.router.lastSuccessfulNavigation()?.finalUrl?.toString() ?? '',
  );
  /** What the part of the program is called that is shown, but for the import. */
  readonly part = computed(
    () => ['Connections', 'Profiles', 'Settings'].find((part) => this.at(part)) ?? 'Runs',
  );
  /** The run that is shown. */
  readonly run = computed(() => {
    const id = /^\/runs\/([^/?]+)/.exec(this.path())?.[1];
    return id === undefined ? undefined : this.runs.get(id);
  });
  /** The set of files that is shown. */
  readonly set = computed(() => {
    const id = /^\/sets\/([^/?]+)/.exec(this.path())?.[1];
    return id === undefined ? undefined : this.sets.get(id);
  });
  /** The run, or the set, was started from the draft. */
  readonly ownRun = computed(() => (this.run() ?? this.set())?.id === this.draft.job());
  /** The import that is being prepared, or the run that was started from it, is shown. */
  readonly preparing = computed(() => this.path().startsWith('/new/') || this.ownRun());

  /** Whether a part of the program is shown, by what it is called. */
  at(part: string): boolean {
    return this.path().startsWith(`/${part.toLowerCase()}`);
  }
}
