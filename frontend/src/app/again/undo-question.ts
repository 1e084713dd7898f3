import { Component, inject, signal } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { Program } from '../backend/program';
import type { Run } from '../backend/run';
import { Runs } from '../backend/runs';
import { capitalized, messageOf } from '../format/format';
import { tableOf } from '../format/target';
import { ErrorNotice } from '../notice/error-notice';
import { Question } from '../notice/question';
import { undoQuestion } from './undoing';

/** Asks whether an import is to be undone, once it is known what that would do, and undoes it. */
@Component({
  selector: 'lf-undo-question',
  imports: [ErrorNotice, MatButton, Question],
  template: `
    @if (failure()) {
      <lf-error-notice [message]="failure()" />
    }
    @if (asked(); as question) {
      <lf-question testId="undo-question" [text]="question.text" (escaped)="asked.set(undefined)">
        <button matButton="filled" type="button" (click)="asked.set(undefined)">
          {{ question.some ? 'Keep the rows' : 'Close' }}
        </button>
        @if (question.some) {
          <button
            matButton="outlined"
            type="button"
            data-testid="undo-confirm"
            (click)="undo(question.run)"
          >
            Undo the import
          </button>
        }
      </lf-question>
    }
  `,
})
export class UndoQuestion {
  private readonly program = inject(Program);
  private readonly runs = inject(Runs);
  protected readonly failure = signal('');
  protected readonly asked = signal<{ run: Run; text: string; some: boolean } | undefined>(
    undefined,
  );

  async ask(run: Run): Promise<void> {
    await this.try(async () => {
      const would = await this.program.undo(run.id, true);
      const { table, schema } = { ...run.job().request.plan, table: run.summary()?.table ?? '' };
      this.asked.set({
        run,
        text: undoQuestion(would, tableOf({ table, schema })),
        some: would.removed + would.restored > 0 || would.dropped === true,
      });
    });
  }

  protected async undo(run: Run): Promise<void> {
    this.asked.set(undefined);
    await this.try(async () => {
      await this.program.undo(run.id, false);
      await this.runs.open(run.id);
    });
  }

  private async try(what: () => Promise<void>): Promise<void> {
    this.failure.set('');
    try {
      await what();
    } catch (reason) {
      this.failure.set(capitalized(messageOf(reason)));
    }
  }
}
