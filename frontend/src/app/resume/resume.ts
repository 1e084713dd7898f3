import { Component, computed, inject, input, signal } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { MatTooltip } from '@angular/material/tooltip';
import { Router } from '@angular/router';
import type { Unsure } from '../backend/model';
import { Program } from '../backend/program';
import { Run } from '../backend/run';
import { Runs } from '../backend/runs';
import type { SetRun } from '../backend/set-run';
import { Sets } from '../backend/sets';
import { Draft } from '../draft/draft';
import { pageOf } from '../draft/steps';
import { PasswordField } from '../field/password-field';
import { messageOf, sentence } from '../format/format';
import { targetKind, targetName } from '../format/target';
import { fileChanged, inDoubt } from './offer';

/**
 * Goes on with a run, or a set of them, that did not reach its end, once its database has the password that
 * it wants. Where the file has changed, or some records are in doubt, it goes on only when it is told to.
 */
@Component({
  selector: 'lf-resume',
  imports: [MatButton, MatTooltip, PasswordField],
  template: `
    @if (wanted(); as wanted) {
      <form class="actions" (submit)="answer($event, password)">
        <label [for]="fieldId()">{{ wanted }}</label>
        <lf-password-field #password testId="resume-password" [inputId]="fieldId()" />
        <button matButton="filled" type="submit" data-testid="give-resume-password">Resume</button>
        <button matButton="outlined" type="button" (click)="asked.set('')">Not now</button>
      </form>
    } @else {
      <div class="actions">
        @if (failure()) {
          <span class="failure" role="alert">{{ failure() }}</span>
        }
        @if (single() && changed()) {
          <button
            matButton="outlined"
            type="button"
            data-testid="import-anew"
            matTooltip="Prepare a new import of this file into the same table"
            (click)="anew()"
          >
            Import anew
          </button>
        }
        @if (doubtful()) {
          <button
            matButton="outlined"
            type="button"
            data-testid="take-up-loaded"
            disabledInteractive
            [disabled]="busy()"
            matTooltip="Look into the table first. Resume after the records that are in doubt"
            (click)="resume('loaded')"
          >
            They are there
          </button>
          <button
            matButton="outlined"
            type="button"
            data-testid="take-up-open"
            disabledInteractive
            [disabled]="busy()"
            matTooltip="Look into the table first. Resume with the records that are in doubt"
            (click)="resume('open')"
          >
            They are not there
          </button>
        } @else {
          <button
            [matButton]="changed() ? 'outlined' : 'filled'"
            type="button"
            data-testid="take-up"
            disabledInteractive
            [disabled]="busy()"
            [matTooltip]="
              changed()
                ? 'Pass over as many records as are in the table, whatever they hold now, and load the rest'
                : single()
                  ? 'Go on after the last record that is in the table'
                  : 'Go on after the last record that is in the table; files that are done are passed over'
            "
            (click)="resume()"
          >
            {{ changed() ? 'Resume anyway' : 'Resume' }}
          </button>
        }
        <ng-content />
      </div>
    }
  `,
  styles: `
    .actions {
      display: flex;
      align-items: center;
      gap: 8px;
    }

    lf-password-field {
      width: 200px;
    }

    .failure {
      color: var(--mat-sys-error);
    }
  `,
})
export class Resume {
  private readonly program = inject(Program);
  private readonly router = inject(Router);
  private readonly draft = inject(Draft);
  private readonly runs = inject(Runs);
  private readonly sets = inject(Sets);
  readonly run = input.required<Run | SetRun>();

  private unsure: Unsure = '';
  protected readonly busy = signal(false);
  protected readonly failure = signal('');
  protected readonly asked = signal('');
  /** What the database wants to be told first; "" for nothing. */
  protected readonly wanted = this.asked.asReadonly();
  /** The run, where it is none of several files. */
  protected readonly single = computed(() => {
    const run = this.run();
    return run instanceof Run ? run : undefined;
  });
  private readonly target = computed(() => {
    const run = this.run();
    return run instanceof Run ? run.job().request.target : run.set().request.import.target;
  });
  private readonly all = computed(() => {
    const run = this.run();
    return run instanceof Run ? [run] : this.sets.runsOf(run);
  });
  protected readonly changed = computed(() => this.all().some((one) => fileChanged(one.job())));
  /** Nobody knows whether some records are in the table, and somebody has to say. */
  protected readonly doubtful = computed(() => this.all().some((one) => inDoubt(one.job())));
  protected readonly fieldId = computed(() => `resume-password-${this.run().id}`);

  /** The word that is given waits while the database asks for its password. */
  resume(unsure: Unsure = ''): Promise<void> {
    return this.try(async () => {
      this.unsure = unsure;
      if (!(await this.lacksPassword())) {
        const run = this.run();
        await (run instanceof Run
          ? this.runs.takeUp(run, this.changed(), unsure)
          : this.sets.takeUp(run, this.changed(), unsure));
        await this.router.navigate([...pageOf(run.id)]);
      }
    });
  }

  protected async answer(event: Event, field: PasswordField): Promise<void> {
    event.preventDefault();
    const password = field.take();
    await this.try(() => this.program.givePassword(this.target(), password));
    this.asked.set('');
    if (!this.failure()) {
      await this.resume(this.unsure);
    }
  }

  /** Prepares a new import of the same file into the same table. */
  protected async anew(): Promise<void> {
    const run = this.single();
    if (!run) {
      return;
    }
    const { file, target, plan } = run.job().request;
    this.draft.open(file);
    this.draft.choices.setTarget(target);
    this.draft.choices.setSchema(plan.schema ?? '');
    this.draft.choices.setTable(plan.table);
    await this.router.navigateByUrl('/new/source');
  }

  /** Asks for the password that the database wants, if it wants one. */
  private async lacksPassword(): Promise<boolean> {
    const target = this.target();
    if (targetKind(target) === 'file') {
      return false;
    }
    const { failure } = await this.program.database(target);
    switch (failure?.kind) {
      case 'no_password':
        this.asked.set(`Password for ${targetName(target)}`);
        return true;
      case 'wrong_password':
        this.asked.set(sentence(failure.message));
        return true;
      default: // whatever else is wrong with it, the run tells
        return false;
    }
  }

  private async try(what: () => Promise<void>): Promise<void> {
    this.failure.set('');
    this.busy.set(true);
    try {
      await what();
    } catch (reason) {
      this.failure.set(messageOf(reason));
    } finally {
      this.busy.set(false);
    }
  }
}
