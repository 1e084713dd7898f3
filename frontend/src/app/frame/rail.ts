import { Component, computed, inject } from '@angular/core';
import { MatTooltip } from '@angular/material/tooltip';
import { Router, RouterLink } from '@angular/router';
import {
  Bookmark,
  CircleHelp,
  Database,
  FilePlus2,
  History,
  Settings as SettingsIcon,
} from 'lucide';
import { Runs } from '../backend/runs';
import { Sets } from '../backend/sets';
import { Watches } from '../backend/watches';
import { Draft } from '../draft/draft';
import { Icon } from '../icon/icon';
import { Shortcuts, claimKeys } from '../keys/shortcuts';
import { Help } from './help';
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
        [attr.aria-current]="place.at('Connections') ? 'page' : null"
        [matTooltip]="keys.hint('Saved connections', 'Mod+l')"
      >
        <lf-icon [icon]="icons.Database" [size]="18" />
        Connections
      </a>
      <a
        class="part"
        routerLink="/profiles"
        data-testid="profiles"
        matTooltipPosition="right"
        [attr.aria-current]="place.at('Profiles') ? 'page' : null"
        [matTooltip]="keys.hint(troubled() || 'Profiles and watched folders', 'Mod+p')"
      >
        <lf-icon [icon]="icons.Bookmark" [size]="18" />
        Profiles
        @if (troubled()) {
          <span class="badge attention" data-testid="watch-trouble" [attr.aria-label]="troubled()"
            >!</span
          >
        }
      </a>
      <a
        class="part last"
        routerLink="/settings"
        data-testid="settings"
        matTooltipPosition="right"
        [attr.aria-current]="place.at('Settings') ? 'page' : null"
        [matTooltip]="keys.hint('Settings', 'Mod+,')"
      >
        <lf-icon [icon]="icons.SettingsIcon" [size]="18" />
        Settings
      </a>
      <button
        type="button"
        class="part"
        data-testid="open-help"
        matTooltipPosition="right"
        [attr.aria-expanded]="help.open()"
        [matTooltip]="keys.hint('Help', 'F1')"
        (click)="help.toggle()"
      >
        <lf-icon [icon]="icons.CircleHelp" [size]="18" />
        Help
      </button>
    </nav>
  `,
  styleUrl: './rail.scss',
})
export class Rail {
  private readonly runs = inject(Runs);
  private readonly sets = inject(Sets);
  private readonly watches = inject(Watches);
  private readonly draft = inject(Draft);
  private readonly router = inject(Router);
  protected readonly place = inject(Place);
  protected readonly help = inject(Help);
  protected readonly keys = inject(Shortcuts);
  protected readonly icons = { Bookmark, CircleHelp, Database, FilePlus2, History, SettingsIcon };
  protected readonly active = computed(
    () => this.runs.active().filter((run) => !run.job().set).length + this.sets.active().length,
  );
  protected readonly atRuns = computed(
    () => /^\/(runs|sets)/.test(this.place.path()) && !this.place.preparing(),
  );

  /** Why a folder is not watched that should be; "" where all are. */
  protected readonly troubled = computed(
    () => this.watches.list().find((folder) => folder.problem)?.problem ?? '',
  );

  constructor() {
    const parts = [
      ['All runs', 'Mod+h', '/runs'],
      ['Saved connections', 'Mod+l', '/connections'],
      ['Profiles and watched folders', 'Mod+p', '/profiles'],
      ['Settings', 'Mod+,', '/settings'],
    ] as const;
    claimKeys([
      {
        ...{ label: 'New import', key: 'Mod+n', everywhere: true },
        run: () => {
          this.startNew();
        },
      },
      ...parts.map(([label, key, path]) => ({
        ...{ label, key, everywhere: true },
        run: () => void this.router.navigateByUrl(path),
      })),
    ]);
  }

  /** Starts a new import, with nothing chosen. */
  protected startNew(): void {
    this.draft.clear();
    void this.router.navigateByUrl('/new/source');
  }
}
