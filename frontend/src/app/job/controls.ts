import { Component, inject, input, output, signal } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { MatTooltip } from '@angular/material/tooltip';
import { ArrowUpToLine, Pause, Play, Square } from 'lucide';
import { Program, type Rows } from '../backend/program';
import type { Run } from '../backend/run';
import { messageOf } from '../format/format';
import { Icon } from '../icon/icon';
import { Shortcuts, claimKeys } from '../keys/shortcuts';
import { CancelQuestion } from './cancel-question';

/** Pause, resume, to the front of the queue, and cancel, which asks once, in place. */
@Component({
  selector: 'lf-controls',
  imports: [CancelQuestion, Icon, MatButton, MatTooltip],
  template: `
    @switch (run().state()) {
      @case ('paused') {
        <button
          matButton="filled"
          type="button"
          data-testid="resume"
          [matTooltip]="keys.hint('Resume', 'p')"
          (click)="resume()"
        >
          <lf-icon [icon]="icons.Play" [size]="14" /> Resume
        </button>
      }
      @case ('queued') {
        <button
          matButton="outlined"
          type="button"
          data-testid="first"
          disabledInteractive
          [disabled]="!!run().job().set"
          [matTooltip]="
            run().job().set
              ? 'The files of a set are loaded in their order'
              : keys.hint('Begin before the others that wait', 't')
          "
          (click)="first()"
        >
          <lf-icon [icon]="icons.ArrowUpToLine" [size]="14" /> To the front
        </button>
      }
      @default {
        <button
          matButton="outlined"
          type="button"
          data-testid="pause"
          [matTooltip]="keys.hint('Pause', 'p')"
          (click)="pause()"
        >
          <lf-icon [icon]="icons.Pause" [size]="14" /> Pause
        </button>
      }
    }
    <button
      matButton="outlined"
      type="button"
      data-testid="cancel"
      [attr.aria-expanded]="asking()"
      [matTooltip]="keys.hint('Cancel', 'x')"
      (click)="asking.set(!asking())"
    >
      <lf-icon [icon]="icons.Square" [size]="14" /> Cancel
    </button>
    @if (asking()) {
      <lf-cancel-question
        class="below"
        [run]="run()"
        (cancelled)="cancel($event)"
        (kept)="asking.set(false)"
      />
    } @else if (failure()) {
      <p class="below failure" role="alert">{{ failure() }}</p>
    } @else if (done()) {
      <p class="below" role="status">{{ done() }}</p>
    }
  `,
  styles: `
    :host {
      position: relative;
      flex: none;
      display: flex;
      justify-content: flex-end;
      gap: 8px;
      min-width: 216px;
    }

    // What is asked and said covers what lies below: nothing moves, and the bar stays visible.
    .below {
      position: absolute;
      z-index: 2;
      top: calc(100% + 8px);
      right: 0;
    }

    lf-cancel-question {
      width: min(560px, 100vw - 116px);
    }

    p.below {
      width: max-content;
      max-width: min(560px, 100vw - 116px);
      padding: 4px 8px;
      border-radius: 5px;
      background: var(--mat-sys-surface-container);

      &.failure {
        background: var(--mat-sys-error-container);
        color: var(--mat-sys-on-error-container);
      }
    }
  `,
})
export class Controls {
  private readonly program = inject(Program);
  protected readonly keys = inject(Shortcuts);
  readonly run = input.required<Run>();
  /** An order was obeyed. */
  readonly ordered = output();

  protected readonly icons = { ArrowUpToLine, Pause, Play, Square };
  protected readonly asking = signal(false);
  protected readonly failure = signal('');
  protected readonly done = signal('');

  constructor() {
    claimKeys([
      {
        label: 'Pause or resume',
        key: 'p',
        enabled: () => ['running', 'paused'].includes(this.run().state()),
        run: () => void (this.run().state() === 'paused' ? this.resume() : this.pause()),
      },
      {
        label: 'To the front of the queue',
        key: 't',
        enabled: () => this.run().state() === 'queued' && !this.run().job().set,
        run: () => void this.first(),
      },
      {
        label: 'Cancel',
        key: 'x',
        run: () => {
          this.asking.set(true);
        },
      },
      {
        label: 'Don’t cancel',
        key: 'Escape',
        enabled: () => this.asking(),
        run: () => {
          this.asking.set(false);
        },
      },
    ]);
  }

  protected pause(): Promise<void> {
    return this.order((id) => this.program.pause(id));
  }

  protected resume(): Promise<void> {
    return this.order((id) => this.program.resume(id));
  }

  protected first(): Promise<void> {
    return this.run().job().set
      ? Promise.resolve()
      : this.order((id) => this.program.first(id), 'It is the next to begin.');
  }

  protected cancel(rows: Rows): Promise<void> {
    this.asking.set(false);
    return this.order((id) => this.program.cancel(id, rows));
  }

  private async order(what: (id: string) => Promise<void>, done = ''): Promise<void> {
    this.failure.set('');
    this.done.set('');
    try {
      await what(this.run().id);
      this.done.set(done);
      this.ordered.emit();
    } catch (reason) {
      this.failure.set(messageOf(reason));
    }
  }
}
