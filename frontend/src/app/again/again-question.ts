import { Component, inject, signal } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { Router } from '@angular/router';
import type { Request } from '../backend/model';
import { Program } from '../backend/program';
import type { Run } from '../backend/run';
import { Runs } from '../backend/runs';
import { capitalized, fileName, messageOf, sentence } from '../format/format';
import { ErrorNotice } from '../notice/error-notice';
import { Question } from '../notice/question';
import { told } from '../notice/told';

/** Starts an import again, once what is to be known before is told and confirmed. */
@Component({
  selector: 'lf-again-question',
  imports: [ErrorNotice, MatButton, Question],
  template: `
    @if (failure()) {
      <lf-error-notice [message]="failure()" />
    }
    @if (asked(); as question) {
      <lf-question testId="again-question" [text]="question.text" (escaped)="asked.set(undefined)">
        <button matButton="filled" type="button" (click)="asked.set(undefined)">Not now</button>
        <button
          matButton="outlined"
          type="button"
          data-testid="again-confirm"
          (click)="start(question.request)"
        >
          Run again
        </button>
      </lf-question>
    }
  `,
})
export class AgainQuestion {
  private readonly program = inject(Program);
  private readonly runs = inject(Runs);
  private readonly router = inject(Router);
  protected readonly failure = signal('');
  protected readonly asked = signal<{ request: Request; text: string } | undefined>(undefined);

  /** Runs it again: at once where nothing is to be told. */
  async ask(run: Run): Promise<void> {
    await this.try(async () => {
      const request = await this.program.again(run.id);
      const { problems, warnings } = await this.program.settle(request);
      if (problems.length) {
        this.failure.set(problems.map((p) => sentence(p.message)).join(' '));
        return;
      }
      const says = told(warnings).map((w) => `${w.says} ${w.hint}`.trim());
      if (!says.length) {
        await this.start(request);
        return;
      }
      this.asked.set({
        request,
        text: `Load ${fileName(request.file)} again? ${says.join(' ')}`,
      });
    });
  }

  protected async start(request: Request): Promise<void> {
    this.asked.set(undefined);
    await this.try(async () => {
      const run = await this.runs.start(request);
      await this.router.navigate(['/runs', run.id]);
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
