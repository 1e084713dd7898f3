import { Component, computed, inject } from '@angular/core';
import { MatTooltip } from '@angular/material/tooltip';
import { Router, RouterLink } from '@angular/router';
import { Database, FilePlus2, History } from 'lucide';
import { Runs } from '../backend/runs';
import { Sets } from '../backend/sets';
import { Draft } from '../draft/draft';
import { Icon } from '../icon/icon';
import { Shortcuts, claimKeys } from '../keys/shortcuts';
import { Place } from './place';

/** The navigation between the parts of the program. */
@Component({
  selector: 'lf-rail',
  imports: [Icon, MatTooltip, RouterLink],
  template: `
    <nav aria-label="Parts of the program">
      <button
        type="button"
        class="part"
        data-testid="new"
        matTooltipPosition="right"
        [attr.aria-current]="place.preparing() ? 'page' : null"
        [matTooltip]="keys.hint('New import', 'Mod+n')"
        (click)="startNew()"
      >
        <lf-icon [icon]="icons.FilePlus2" [size]="18" />
        New
      </button>
      <a
        class="part"
        routerLink="/runs"
        data-testid="runs"
        matTooltipPosition="right"
        [attr.aria-current]="atRuns() ? 'page' : null"
        [matTooltip]="keys.hint('All runs', 'Mod+h')"
      >
        <lf-icon [icon]="icons.History" [size]="18" />
        Runs
        @if (active()) {
          <span class="badge" [attr.aria-label]="active() + ' active'">{{ active() }}</span>
        }
      </a>
      <a
        class="part"
        routerLink="/connections"
        data-testid="connections"
        matTooltipPosition="right"
        [attr.aria-current]="atConnections() ? 'page' : null"
        [matTooltip]="keys.hint('Saved connections', 'Mod+l')"
      >
        <lf-icon [icon]="icons.Database" [size]="18" />
        Connections
      </a>
    </nav>
  `,
  styleUrl: './rail.scss',
})
export class Rail {
  private readonly runs = inject(Runs);
  private readonly sets = inject(Sets);
  private readonly draft = inject(Draft);
  private readonly router = inject(Router);
  protected readonly place = inject(Place);
  protected readonly keys = inject(Shortcuts);
  protected readonly icons = { Database, FilePlus2, History };
  protected readonly active = computed(
    () => this.runs.active().filter((run) => !run.job().set).length + this.sets.active().length,
  );
  protected readonly atRuns = computed(
    () => /^\/(runs|sets)/.test(this.place.path()) && !this.place.preparing(),
  );

  protected readonly atConnections = computed(() => this.place.path().startsWith('/connections'));

  constructor() {
    claimKeys([
      {
        label: 'New import',
        key: 'Mod+n',
        run: () => {
          this.startNew();
        },
      },
      { label: 'All runs', key: 'Mod+h', run: () => void this.router.navigateByUrl('/runs') },
      {
        label: 'Saved connections',
        key: 'Mod+l',
        run: () => void this.router.navigateByUrl('/connections'),
      },
    ]);
  }

  /** Starts a new import, with nothing chosen. */
  protected startNew(): void {
    this.draft.clear();
    void this.router.navigateByUrl('/new/source');
  }
}
