import { Component, computed, inject, input, signal, viewChild } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { MatTooltip } from '@angular/material/tooltip';
import { Router } from '@angular/router';
import { CircleAlert, CircleCheck, CircleX } from 'lucide';
import type { SetRun } from '../backend/set-run';
import { Draft } from '../draft/draft';
import { pageOf } from '../draft/steps';
import { messageOf } from '../format/format';
import { Icon } from '../icon/icon';
import { Shortcuts, claimKeys } from '../keys/shortcuts';
import { Resume } from '../resume/resume';
import { outcome } from './outcome';

/** How a set ended, in the place of its progress, and what to do next. */
@Component({
  selector: 'lf-set-summary',
  imports: [Icon, MatButton, MatTooltip, Resume],
  template: `
    <div class="summary" data-testid="summary" role="status" [attr.data-state]="set().state()">
      <lf-icon class="icon" [class]="outcome().kind" [icon]="icon()" [size]="28" />
      <div class="says">
        <p class="title">
          @if (set().state() === 'done') {
            <output class="percent" data-testid="percent">100.0 %</output>
          }
          {{ outcome().title }}
        </p>
        <p class="muted selectable">{{ outcome().detail }}</p>
      </div>
      <div class="next">
        @if (failure()) {
          <span class="failure" role="alert">{{ failure() }}</span>
        }
        @if (checked()) {
          <button matButton="filled" type="button" data-testid="import-checked" (click)="import()">
            Import now
          </button>
        } @else if (resumable()) {
          <lf-resume [run]="set()" />
        } @else {
          <button
            matButton="filled"
            type="button"
            data-testid="import-another"
            [matTooltip]="keys.hint('New import', 'Mod+n')"
            (click)="another()"
          >
            Import another
          </button>
        }
      </div>
    </div>
  `,
  styles: `
    .summary {
      display: flex;
      align-items: center;
      gap: 12px;
      min-height: var(--lf-progress);
    }

    .icon {
      flex: none;
      color: var(--mat-sys-primary);

      &.stopped {
        color: var(--lf-attention);
      }

      &.failed {
        color: var(--mat-sys-error);
      }
    }

    .says {
      flex: 1;
      min-width: 0;
    }

    .title {
      font-size: 18px;
      line-height: 24px;
      font-weight: 600;
    }

    .percent {
      margin-right: 8px;
      color: var(--mat-sys-primary);
    }

    .next {
      display: flex;
      align-items: center;
      gap: 8px;
    }

    .failure {
      color: var(--mat-sys-error);
    }
  `,
})
export class SetSummaryView {
  private readonly router = inject(Router);
  private readonly draft = inject(Draft);
  private readonly resuming = viewChild(Resume);
  protected readonly keys = inject(Shortcuts);
  readonly set = input.required<SetRun>();

  protected readonly failure = signal('');
  protected readonly outcome = computed(() => outcome(this.set().set()));
  protected readonly icon = computed(
    () =>
      ({ good: CircleCheck, mixed: CircleCheck, stopped: CircleAlert, failed: CircleX })[
        this.outcome().kind
      ],
  );
  protected readonly resumable = computed(() => this.set().set().resumable ?? false);
  /** A check that was started from the draft can become the import. */
  protected readonly checked = computed(
    () => this.draft.checkedSet()?.id === this.set().id && !this.draft.blocked(),
  );

  constructor() {
    claimKeys([
      {
        label: 'Resume',
        key: 'p',
        enabled: () => this.resumable(),
        run: () => void this.resuming()?.resume(),
      },
    ]);
  }

  protected another(): void {
    this.draft.clear();
    void this.router.navigateByUrl('/new/source');
  }

  protected async import(): Promise<void> {
    this.failure.set('');
    try {
      await this.router.navigate([...pageOf(await this.draft.start())]);
    } catch (reason) {
      this.failure.set(messageOf(reason));
    }
  }
}
