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
import { count, fileName } from '../format/format';

/** Asks in the page when the window is to be closed while a run is active. */
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
          Keep going
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
    const requests = this.runs.active().map((run) => run.job().request);
    const [first, second] = requests;
    if (!first) {
      return 'The run has ended in the meantime. Close Linefeed?';
    }
    const imports = requests.filter((request) => !request.check);
    const kept =
      imports.length === 0
        ? ''
        : imports.every((request) => request.plan.atomic)
          ? second
            ? ' No row of them will be kept.'
            : ' No row of it will be kept.'
          : ' Committed rows stay.';
    if (second) {
      return `${count(requests.length)} runs have not finished. Close Linefeed and stop them?${kept}`;
    }
    const what = first.check ? 'check' : 'import';
    return `The ${what} of ${fileName(first.file)} has not finished. Close Linefeed and stop it?${kept}`;
  });

  constructor() {
    afterRenderEffect({
      write: () => {
        this.stay()?.nativeElement.focus();
      },
    });
  }
}
