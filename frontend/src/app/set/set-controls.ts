import { Component, inject, input, output, signal } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { MatTooltip } from '@angular/material/tooltip';
import { Pause, Play, Square } from 'lucide';
import { Program } from '../backend/program';
import type { SetRun } from '../backend/set-run';
import { messageOf } from '../format/format';
import { Icon } from '../icon/icon';
import { Shortcuts, claimKeys } from '../keys/shortcuts';

/** Pause, resume and cancel of a set as a whole. */
@Component({
  selector: 'lf-set-controls',
  imports: [Icon, MatButton, MatTooltip],
  template: `
    @if (failure()) {
      <span class="failure" role="alert">{{ failure() }}</span>
    }
    @if (set().state() === 'paused') {
      <button
        matButton="filled"
        type="button"
        data-testid="resume"
        [matTooltip]="keys.hint('Resume', 'p')"
        (click)="resume()"
      >
        <lf-icon [icon]="icons.Play" [size]="14" /> Resume
      </button>
    } @else {
      <button
        matButton="outlined"
        type="button"
        data-testid="pause"
        disabledInteractive
        [disabled]="set().state() !== 'running'"
        [matTooltip]="
          set().state() === 'running' ? keys.hint('Pause', 'p') : 'It has not started yet'
        "
        (click)="pause()"
      >
        <lf-icon [icon]="icons.Pause" [size]="14" /> Pause
      </button>
    }
    <button
      matButton="outlined"
      type="button"
      data-testid="cancel"
      [matTooltip]="keys.hint('Cancel', 'x')"
      (click)="stop.emit()"
    >
      <lf-icon [icon]="icons.Square" [size]="14" /> Cancel
    </button>
  `,
  styles: `
    :host {
      display: flex;
      align-items: center;
      justify-content: flex-end;
      gap: 8px;
    }

    .failure {
      max-width: 340px;
      color: var(--mat-sys-error);
    }
  `,
})
export class SetControls {
  private readonly program = inject(Program);
  protected readonly keys = inject(Shortcuts);
  readonly set = input.required<SetRun>();
  /** It is to be cancelled, once that is confirmed. */
  readonly stop = output();

  protected readonly icons = { Pause, Play, Square };
  protected readonly failure = signal('');

  constructor() {
    claimKeys([
      {
        label: 'Pause or resume',
        key: 'p',
        enabled: () => ['running', 'paused'].includes(this.set().state()),
        run: () => void (this.set().state() === 'paused' ? this.resume() : this.pause()),
      },
      {
        label: 'Cancel',
        key: 'x',
        run: () => {
          this.stop.emit();
        },
      },
    ]);
  }

  protected pause(): Promise<void> {
    return this.set().state() === 'running'
      ? this.do((id) => this.program.pause(id))
      : Promise.resolve();
  }

  protected resume(): Promise<void> {
    return this.do((id) => this.program.resume(id));
  }

  private async do(what: (id: string) => Promise<void>): Promise<void> {
    this.failure.set('');
    try {
      await what(this.set().id);
    } catch (reason) {
      this.failure.set(messageOf(reason));
    }
  }
}
