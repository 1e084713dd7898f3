import { Service, computed, inject } from '@angular/core';
import { Router } from '@angular/router';
import { Runs } from '../backend/runs';
import { Draft } from '../draft/draft';

/** Where in the window one is. */
@Service()
export class Place {
  private readonly router = inject(Router);
  private readonly draft = inject(Draft);
  private readonly runs = inject(Runs);

  readonly path = computed(
    () => this.router.lastSuccessfulNavigation()?.finalUrl?.toString() ?? '',
  );
  /** The run that is looked at. */
  readonly run = computed(() => {
    const id = /^\/runs\/(.+)$/.exec(this.path())?.[1];
    return id === undefined ? undefined : this.runs.get(id);
  });
  /** The run is the one that the draft became. */
  readonly ownRun = computed(() => this.run()?.id === this.draft.job());
  /** The import that is prepared, or that it became, is looked at. */
  readonly preparing = computed(() => this.path().startsWith('/new/') || this.ownRun());
}
