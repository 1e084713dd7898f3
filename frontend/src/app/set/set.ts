import { Component, computed, inject, input, linkedSignal, resource, signal } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { RouterLink } from '@angular/router';
import { Program } from '../backend/program';
import { Sets } from '../backend/sets';
import { Counters } from '../counts/counters';
import { messageOf } from '../format/format';
import { ErrorNotice } from '../notice/error-notice';
import { Question } from '../notice/question';
import { FileRuns } from './file-runs';
import { SetControls } from './set-controls';
import { SetProgressView } from './set-progress';
import { SetSummaryView } from './set-summary';

/** Several files that are imported together: one progress over all, and how it stands with each. */
@Component({
  selector: 'lf-set',
  imports: [
    Counters,
    ErrorNotice,
    FileRuns,
    MatButton,
    Question,
    RouterLink,
    SetControls,
    SetProgressView,
    SetSummaryView,
  ],
  template: `
    @if (set(); as set) {
      <section class="progress" aria-label="Progress">
        @if (set.active()) {
          <lf-set-progress [set]="set">
            <lf-set-controls [set]="set" (stop)="asking.set(true)" />
          </lf-set-progress>
        } @else {
          <lf-set-summary [set]="set" />
        }
        <lf-counters [counts]="set.counts()" [check]="check()" />
      </section>
      <lf-error-notice [message]="failure()" />
      @if (asking() && set.active()) {
        <lf-question testId="cancel-ask" [text]="question()" (escaped)="asking.set(false)">
          <button
            matButton="filled"
            type="button"
            data-testid="cancel-keep"
            (click)="asking.set(false)"
          >
            Keep going
          </button>
          <button
            matButton="outlined"
            type="button"
            class="danger"
            data-testid="cancel-confirm"
            (click)="cancel()"
          >
            Cancel all
          </button>
        </lf-question>
      }
      <lf-file-runs class="files" [set]="set" />
    } @else if (error()) {
      <lf-error-notice [message]="error()"
        ><a matButton routerLink="/runs">All runs</a></lf-error-notice
      >
    } @else {
      <p class="muted" role="status">Opening the files …</p>
    }
  `,
  styles: `
    :host {
      display: flex;
      flex-direction: column;
      gap: 12px;
      min-height: 0;
      padding: 12px 16px;

      --lf-progress: 72px;
    }

    .progress {
      display: grid;
      grid-template-columns: minmax(0, 1fr);
      gap: 12px;
    }

    .files {
      flex: 1;
      min-height: 0;
    }

    .danger {
      --mat-button-outlined-label-text-color: var(--mat-sys-error);
      --mat-button-outlined-outline-color: var(--mat-sys-error);
    }
  `,
})
export class SetPage {
  private readonly program = inject(Program);
  private readonly sets = inject(Sets);
  readonly id = input.required<string>();

  private readonly opening = resource({
    params: () => this.id(),
    loader: ({ params }) => this.sets.open(params),
  });
  protected readonly set = computed(
    () => this.sets.get(this.id()) ?? (this.opening.hasValue() ? this.opening.value() : undefined),
  );
  protected readonly error = computed(() => this.opening.error()?.message ?? '');
  protected readonly check = computed(() => this.set()?.set().request.import.check ?? false);
  protected readonly failure = signal('');
  protected readonly asking = linkedSignal<string, boolean>({
    source: this.id,
    computation: () => false,
  });
  protected readonly question = computed(() => {
    const { atomic } = this.set()?.set().request.import.plan ?? {};
    if (this.check()) {
      return 'Cancel the check of all files? Nothing was written.';
    }
    return atomic
      ? 'Cancel? Files that are done stay loaded; no row of the others will be kept.'
      : 'Cancel? Files that are done stay loaded, and of the others the rows that are committed; the rest is not loaded.';
  });

  protected async cancel(): Promise<void> {
    this.asking.set(false);
    this.failure.set('');
    try {
      await this.program.cancel(this.id());
    } catch (reason) {
      this.failure.set(messageOf(reason));
    }
  }
}
