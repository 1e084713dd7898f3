import {
  Component,
  ElementRef,
  afterRenderEffect,
  computed,
  inject,
  input,
  signal,
  viewChild,
} from '@angular/core';
import { MatButton } from '@angular/material/button';
import { MatTooltip } from '@angular/material/tooltip';
import { Pause, Play, Square } from 'lucide';
import { Program } from '../backend/program';
import type { Run } from '../backend/run';
import { messageOf } from '../format/format';
import { Icon } from '../icon/icon';
import { Shortcuts, claimKeys } from '../keys/shortcuts';

/** Pause, resume and cancel, which asks once, in place. */
@Component({
  selector: 'lf-controls',
  imports: [Icon, MatButton, MatTooltip],
  template: `
    @if (failure()) {
      <span class="failure" role="alert">{{ failure() }}</span>
    }
    @if (asking()) {
      <div class="ask">
        <span class="question" id="cancel-question">{{ question() }}</span>
        <button
          matButton="outlined"
          type="button"
          class="danger"
          data-testid="cancel-confirm"
          aria-describedby="cancel-question"
          (click)="cancel()"
        >
          Cancel {{ run().job().request.check ? 'check' : 'import' }}
        </button>
        <button
          #no
          matButton="filled"
          type="button"
          data-testid="cancel-keep"
          (click)="asking.set(false)"
        >
          Keep going
        </button>
      </div>
    }
    <div class="usual" [class.away]="asking()">
      @if (run().state() === 'paused') {
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
          [disabled]="run().state() !== 'running'"
          [matTooltip]="
            run().state() === 'running' ? keys.hint('Pause', 'p') : 'It has not started yet'
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
        (click)="asking.set(true)"
      >
        <lf-icon [icon]="icons.Square" [size]="14" /> Cancel
      </button>
    </div>
  `,
  styles: `
    :host {
      position: relative;
      min-width: 230px;
    }

    .ask,
    .usual {
      display: flex;
      align-items: center;
      justify-content: flex-end;
      gap: 8px;
    }

    // The answers replace the buttons, and the question covers the text below
    // the bar: nothing moves, and the bar stays visible.
    .ask {
      position: absolute;
      inset: 0;
    }

    .away {
      visibility: hidden;
    }

    .question {
      position: absolute;
      z-index: 1;
      right: calc(100% + 20px);
      bottom: -3px;
      max-width: 50vw;
      padding-left: 16px;
      background: var(--mat-sys-surface);
      overflow: hidden;
      text-overflow: ellipsis;
      white-space: nowrap;
    }

    .danger {
      --mat-button-outlined-label-text-color: var(--mat-sys-error);
      --mat-button-outlined-outline-color: var(--mat-sys-error);
    }

    .failure {
      max-width: 340px;
      color: var(--mat-sys-error);
    }
  `,
})
export class Controls {
  private readonly program = inject(Program);
  protected readonly keys = inject(Shortcuts);
  readonly run = input.required<Run>();
  private readonly no = viewChild<unknown, ElementRef<HTMLElement>>('no', { read: ElementRef });

  protected readonly icons = { Pause, Play, Square };
  protected readonly asking = signal(false);
  protected readonly failure = signal('');

  protected readonly question = computed(() => {
    const { check, plan } = this.run().job().request;
    if (check) {
      return 'Cancel the check? Nothing was written.';
    }
    return plan.atomic
      ? `Cancel? All or nothing: no row will be kept in ${plan.table}.`
      : `Cancel? Committed rows stay in ${plan.table}; the rest is not loaded.`;
  });

  constructor() {
    claimKeys([
      {
        label: 'Pause or resume',
        key: 'p',
        enabled: () => ['running', 'paused'].includes(this.run().state()),
        run: () => void (this.run().state() === 'paused' ? this.resume() : this.pause()),
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
    afterRenderEffect({
      write: () => {
        this.no()?.nativeElement.focus();
      },
    });
  }

  protected pause(): Promise<void> {
    return this.run().state() === 'running'
      ? this.do((id) => this.program.pause(id))
      : Promise.resolve();
  }

  protected resume(): Promise<void> {
    return this.do((id) => this.program.resume(id));
  }

  protected cancel(): Promise<void> {
    this.asking.set(false);
    return this.do((id) => this.program.cancel(id));
  }

  private async do(what: (id: string) => Promise<void>): Promise<void> {
    this.failure.set('');
    try {
      await what(this.run().id);
    } catch (reason) {
      this.failure.set(messageOf(reason));
    }
  }
}
