import { Component, computed, inject } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { Desktop } from '../backend/desktop';
import { Program } from '../backend/program';
import { Runs } from '../backend/runs';
import { Sets } from '../backend/sets';
import { count, counted, fileName } from '../format/format';
import { Question } from '../notice/question';

/** Asks in the page when the window is to be closed while a run is active. */
@Component({
  selector: 'lf-close-question',
  imports: [MatButton, Question],
  template: `
    @if (desktop.closeRequested()) {
      <lf-question testId="close-confirm" [text]="question()" (escaped)="desktop.stayOpen()">
        <button
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
      </lf-question>
    }
  `,
})
export class CloseQuestion {
  protected readonly desktop = inject(Desktop);
  protected readonly program = inject(Program);
  private readonly runs = inject(Runs);
  private readonly sets = inject(Sets);

  protected readonly question = computed(() => {
    // Those of other programs go on without this one.
    const alone = this.runs.active().filter((run) => !run.job().set && !run.elsewhere());
    const requests = [
      ...alone.map((run) => ({ ...run.job().request, of: fileName(run.job().request.file) })),
      ...this.sets.active().map((set) => ({
        ...{ ...set.set().request.import, of: counted(set.files().total, 'file') },
      })),
    ];
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
    return `The ${what} of ${first.of} has not finished. Close Linefeed and stop it?${kept}`;
  });
}
