import {
  Component,
  ElementRef,
  afterRenderEffect,
  computed,
  inject,
  viewChild,
} from '@angular/core';
import { MatButton } from '@angular/material/button';
import { Desktop } from '../backend/desktop';
import { Program } from '../backend/program';
import { Runs } from '../backend/runs';
import { counted, fileName } from '../format/format';

/** Asks in the page, when the window is to be closed while an import is active. */
@Component({
  selector: 'lf-close-question',
  imports: [MatButton],
  template: `
    @if (desktop.closeRequested()) {
      <section role="alertdialog" aria-labelledby="close-question" data-testid="close-confirm">
        <p id="close-question">{{ question() }}</p>
        <button
          #stay
          matButton="filled"
          type="button"
          data-testid="close-stay"
          (click)="desktop.stayOpen()"
        >
          Keep importing
        </button>
        <button
          matButton="outlined"
          type="button"
          data-testid="close-quit"
          (click)="program.quit()"
        >
          Stop and close
        </button>
      </section>
    }
  `,
  styles: `
    section {
      display: flex;
      align-items: center;
      gap: 8px;
      padding: 8px 16px;
      border-top: var(--lf-line);
      background: var(--lf-attention-container);
    }

    p {
      flex: 1;
    }
  `,
})
export class CloseQuestion {
  protected readonly desktop = inject(Desktop);
  protected readonly program = inject(Program);
  private readonly runs = inject(Runs);
  private readonly stay = viewChild<unknown, ElementRef<HTMLElement>>('stay', { read: ElementRef });

  protected readonly question = computed(() => {
    const active = this.runs.active();
    const [first] = active;
    if (active.length === 0) {
      return 'The import has ended meanwhile. Close Linefeed?';
    }
    if (active.length !== 1 || !first) {
      return `${counted(active.length, 'import')} are not done. Close Linefeed and stop them? Rows that are committed stay.`;
    }
    const name = fileName(first.job().request.file);
    return first.job().request.plan.atomic
      ? `The import of ${name} is not done. Close Linefeed and stop it? Nothing of it will be kept.`
      : `The import of ${name} is not done. Close Linefeed and stop it? Rows that are committed stay.`;
  });

  constructor() {
    afterRenderEffect({
      write: () => {
        this.stay()?.nativeElement.focus();
      },
    });
  }
}
