import { Component, computed, inject, signal } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { MatTooltip } from '@angular/material/tooltip';
import { RouterLink } from '@angular/router';
import { CircleAlert } from 'lucide';
import { Run } from '../backend/run';
import { Runs } from '../backend/runs';
import type { SetRun } from '../backend/set-run';
import { Sets } from '../backend/sets';
import { pageOf } from '../draft/steps';
import { messageOf } from '../format/format';
import { Icon } from '../icon/icon';
import { offer, offerOfSet } from './offer';
import { Resume } from './resume';

/** The most runs that are offered at once. */
const most = 3;

/** Offers to go on with the runs, and sets of them, that were interrupted, a line each; nothing where there are none. */
@Component({
  selector: 'lf-interrupted',
  imports: [Icon, MatButton, MatTooltip, Resume, RouterLink],
  template: `
    @for (run of offered(); track run.id) {
      <div class="notice attention" data-testid="interrupted" [attr.data-job]="run.id">
        <lf-icon [icon]="icons.CircleAlert" />
        <a class="says" [routerLink]="pageOf(run.id)">{{ says(run) }}</a>
        <lf-resume [run]="run">
          <button
            matButton="outlined"
            type="button"
            data-testid="leave"
            matTooltip="Don’t offer it again. It can still be resumed on its own page"
            (click)="leave(run)"
          >
            Leave it
          </button>
        </lf-resume>
      </div>
    }
    @if (more() > 0) {
      <p class="muted">{{ more() }} more were interrupted: see <a routerLink="/runs">Runs</a></p>
    }
    @if (failure()) {
      <p class="failure" role="alert">{{ failure() }}</p>
    }
  `,
  styles: `
    :host {
      display: flex;
      flex-direction: column;
      gap: 8px;
    }

    :host:not(:has(*)) {
      display: none;
    }

    .notice {
      align-items: center;
    }

    .says {
      flex: 1;
      min-width: 0;
      color: inherit;
      text-decoration: none;

      &:hover {
        text-decoration: underline;
      }
    }

    .failure {
      color: var(--mat-sys-error);
    }
  `,
})
export class Interrupted {
  private readonly runs = inject(Runs);
  private readonly sets = inject(Sets);
  protected readonly icons = { CircleAlert };
  protected readonly pageOf = pageOf;
  protected readonly failure = signal('');
  private readonly all = computed(() => [...this.sets.interrupted(), ...this.runs.interrupted()]);
  protected readonly offered = computed(() => this.all().slice(0, most));
  protected readonly more = computed(() => this.all().length - most);

  constructor() {
    void this.runs.refresh();
    void this.sets.refresh();
  }

  protected says(run: Run | SetRun): string {
    return run instanceof Run ? offer(run.job()) : offerOfSet(run);
  }

  protected async leave(run: Run | SetRun): Promise<void> {
    this.failure.set('');
    try {
      await (run instanceof Run ? this.runs.leave(run) : this.sets.leave(run));
    } catch (reason) {
      this.failure.set(messageOf(reason));
    }
  }
}
